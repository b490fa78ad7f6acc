import type { PGlite } from "@electric-sql/pglite";

/** How the WebAssembly build says that a statement failed in the ordinary way. */
const ORDINARY_ERROR_STATUS = 100;

/**
 * Ends the embedded PostgreSQL when it breaks. PGlite swallows what its WebAssembly throws and answers as if all were
 * well: after a stack overflow an insert reports success with no row stored, and a later error spins for ever. A new
 * start replays the log and is sound, so anything but an ordinary error is the end.
 *
 * @param onBroken must not return: PGlite would go on
 */
export function guardMainLoop(pg: PGlite, onBroken: (error: unknown) => never): void {
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
}

function isOrdinary(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error && error.status === ORDINARY_ERROR_STATUS;
}
