import type { PGlite } from "@electric-sql/pglite";

/** How the WebAssembly build says that a statement failed in the ordinary way. */
const ORDINARY_ERROR_STATUS = 100;

/**
 * Ends the embedded PostgreSQL when it breaks; a new start replays the log and is sound.
 *
 * PGlite swallows what its WebAssembly throws and answers as if all were well: after a stack overflow an insert reports
 * success with no row stored, and a later error spins for ever. And the socket server's queue stays stuck after an
 * execution that was rejected.
 *
 * @param onBroken must not return: PGlite would go on
 */
export function guardExecution(pg: PGlite, onBroken: (error: unknown) => never): void {
  const module = pg.Module;
  const runOnce = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      runOnce();
    } catch (error) {
      if (!isOrdinary(error)) onBroken(error);
      throw error;
    }
  };
  const execute = pg.execProtocolRawStream.bind(pg);
  pg.execProtocolRawStream = (message, options) => execute(message, options).catch(onBroken);
}

function isOrdinary(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error && error.status === ORDINARY_ERROR_STATUS;
}
