import { createServer, type Socket } from "node:net";

/** Something on a port that is no good PostgreSQL. */
export interface FakeServer extends AsyncDisposable {
  readonly port: number;
}

/** What it does with each connection. */
export type Misbehaviour = (connection: Socket) => void;

export const closeAtOnce: Misbehaviour = (connection) => connection.destroy();
export const sayNothing: Misbehaviour = () => {};
export const answerInHttp: Misbehaviour = (connection) => connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");

/** PostgreSQL's way to refuse: an ErrorResponse to whatever comes first. */
export function refuseWith(code: string, message: string): Misbehaviour {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return (connection) => connection.once("data", () => connection.end(Buffer.concat([head, fields])));
}

export async function startFakeServer(misbehave: Misbehaviour): Promise<FakeServer> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection.on("error", () => {}));
    misbehave(connection);
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port.");
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.destroy();
      server.close();
    },
  };
}
