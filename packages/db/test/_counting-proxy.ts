import { once } from "node:events";
import { type AddressInfo, connect as connectTo, createServer } from "node:net";

/** A way to the database that counts how often the client waits: each turn from sending to receiving. */
export interface CountingProxy extends AsyncDisposable {
  readonly port: number;
  /** Waits since the last call of this, on the connections that a text was sent over meanwhile. */
  takeWaits(text: string): number;
}

/** Answers are held back so long, milliseconds: what the client sends without waiting for them is all there by then. */
const HOLD_MS = 80;

interface Connection {
  waits: number;
  isClientSpeaking: boolean;
  sent: string;
}

/** Forwards every connection to `host:port`. */
export async function startCountingProxy(host: string, port: number): Promise<CountingProxy> {
  const connections: Connection[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const upstream = connectTo(port, host);
    const connection = { waits: 0, isClientSpeaking: false, sent: "" };
    connections.push(connection);
    sockets.add(client).add(upstream);
    client.on("data", (chunk) => {
      connection.isClientSpeaking = true;
      connection.sent += chunk.toString("latin1");
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      setTimeout(() => {
        if (connection.isClientSpeaking) connection.waits += 1;
        connection.isClientSpeaking = false;
        client.write(chunk);
      }, HOLD_MS);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on("close", () => other.destroy());
      one.on("error", () => other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    takeWaits(text) {
      const told = connections.filter(({ sent }) => sent.includes(text));
      const waits = told.reduce((sum, connection) => sum + connection.waits, 0);
      for (const connection of connections) Object.assign(connection, { waits: 0, sent: "" });
      return waits;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
