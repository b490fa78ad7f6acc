import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** A stop waits so long for requests under way, milliseconds; a container gets twice that before it is killed. */
const GRACE_MS = 10_000;

/**
 * Lets no connection hold a stop up: those that ask nothing end at once, the others after their request, or when it
 * takes too long. Node by itself waits for ever for one that was opened and never used, as browsers and pools do.
 */
export function endConnectionsOnClose(server: FastifyInstance): void {
  const asking = new Map<Socket, number>();
  let isClosing = false;
  server.server.on("connection", (socket: Socket) => {
    asking.set(socket, 0);
    socket.once("close", () => asking.delete(socket));
  });
  server.server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    asking.set(socket, (asking.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const left = (asking.get(socket) ?? 1) - 1;
      if (asking.has(socket)) asking.set(socket, left);
      // Its answer was begun before the stop and said that the connection may be used again.
      if (isClosing && left === 0) socket.end();
    });
  });
  server.addHook("preClose", async () => {
    isClosing = true;
    for (const [socket, requests] of asking) if (requests === 0) socket.destroy();
    setTimeout(() => server.server.closeAllConnections(), GRACE_MS).unref();
  });
}
