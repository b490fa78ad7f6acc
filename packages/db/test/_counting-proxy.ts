import { once } from "node:events";
import { type AddressInfo, connect as connectTo, createServer } from "node:net";

/** A way to the database that counts how often the client waits: each turn from sending to receiving. */
export interface CountingProxy extends AsyncDisposable {
  readonly port: number;
  /** Waits since the last call of this. */
  takeWaits(): number;
}

/** Forwards every connection to `host:port`. */
export async function startCountingProxy(host: string, port: number): Promise<CountingProxy> {
  let waits = 0;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const upstream = connectTo(port, host);
    let isClientSpeaking = false;
    sockets.add(client).add(upstream);
    client.on("data", (chunk) => {
      isClientSpeaking = true;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (isClientSpeaking) waits += 1;
      isClientSpeaking = false;
      client.write(chunk);
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
    takeWaits() {
      const taken = waits;
      waits = 0;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
