import type { Socket } from "node:net";

/** Long enough for a sender to read an answer that it did not wait for, milliseconds. */
const LINGER_MS = 2_000;

/**
 * Has a connection that is closed after its answer stay open for a moment, without reading on. Closed at once while its
 * sender still sends, it would be reset, and the answer be lost with it.
 */
export function lingerAfterAnswer(socket: Socket): void {
  // Node calls this at the end of an answer with "Connection: close".
  socket.destroySoon = () => {
    socket.end();
    socket.pause();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}
