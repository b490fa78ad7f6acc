import type { Socket } from "node:net";

/** Long enough for a sender to read an answer that it did not wait for, milliseconds. */
const LINGER_MS = 2_000;

/**
 * Ends a connection, with a last text if there is one, and has it stay open for a moment, without reading on. Closed at
 * once while its sender still sends, it would be reset, and the answer be lost with it.
 */
export function endLingering(socket: Socket, text = ""): void {
  socket.end(text);
  socket.pause();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Has a connection that is closed after its answer end as {@link endLingering} does. */
export function lingerAfterAnswer(socket: Socket): void {
  // Node calls this at the end of an answer with "Connection: close".
  socket.destroySoon = () => endLingering(socket);
}
