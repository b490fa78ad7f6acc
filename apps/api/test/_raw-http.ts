import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a server said on a socket before one side closed it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything, when the server said more than one answer. */
  readonly text: string;
  /** From the first byte sent to the end of the connection, milliseconds. */
  readonly ms: number;
}

/** A connection on which anything can be sent. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A server that closes while we still send is what some tests are about.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Sends bytes as they are, and reads until the server closes; for a connection that it keeps, close it by a header. */
export async function sendRaw(url: string, ...parts: readonly (string | Buffer)[]): Promise<RawAnswer> {
  const socket = await openSocket(url);
  const startedMs = performance.now();
  const answer = readToEnd(socket);
  for (const part of parts) socket.write(part);
  const text = await answer;
  return { ...parseAnswer(text), ms: performance.now() - startedMs };
}

/** All that comes until the end of the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** The first answer of a text, with a body that is not chunked. */
function parseAnswer(text: string): Omit<RawAnswer, "ms"> {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: rest.join("\r\n\r\n"), text };
}
