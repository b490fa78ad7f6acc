import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FakeAnswer } from "./fake-fault.ts";
import type { FakeBody } from "./fake-routes.ts";

/** A request as it came in. */
export interface FakeOllamaRequest {
  readonly method: string;
  readonly path: string;
  /** The parsed JSON; `{}` when there is none. */
  readonly body: FakeBody;
  readonly headers: IncomingMessage["headers"];
}

/** Reads a request to its end. */
export async function receive(request: IncomingMessage): Promise<FakeOllamaRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = new URL(request.url ?? "/", "http://fake").pathname;
  return { method: request.method ?? "GET", path, body: parse(Buffer.concat(chunks)), headers: request.headers };
}

function parse(body: Buffer): FakeBody {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return {};
  }
}

/** Fires when the client has left or the answer is sent, so that no wait outlives its request. */
export function leavingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

/** Sends an answer at once. */
export function send(response: ServerResponse, answer: FakeAnswer): void {
  response.writeHead(answer.status, { "content-type": answer.contentType ?? "application/json; charset=utf-8" });
  response.end(textOf(answer));
}

/** Sends an answer byte by byte, until the client leaves. */
export async function drip(
  response: ServerResponse,
  answer: FakeAnswer,
  everyMs: number,
  left: AbortSignal,
): Promise<void> {
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8" });
  for (const byte of Buffer.from(textOf(answer))) {
    response.write(Buffer.of(byte));
    await sleep(everyMs, undefined, { signal: left });
  }
  response.end();
}

function textOf({ body }: FakeAnswer): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** @param port 0 for any free one
 * @returns the URL */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host}:${bound}`);
    });
  });
}

/** Closes a server with all its connections, answered or not. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
