import type { SocketPaths } from "./sockets/socket-server.ts";
import type { ClockMemory } from "./statement-clock.ts";

/** What the worker is started with. */
export interface WorkerInput {
  readonly clusterFolder: string;
  readonly socketPaths: SocketPaths;
  readonly clockMemory: ClockMemory;
  /** For a statement that names none of its own. */
  readonly statementLimitMs: number;
}

/** What the worker tells: that it serves, or, at any time and as its last word, why it ends. */
export type WorkerMessage = { readonly type: "ready" } | { readonly type: "failed"; readonly reason: string };

/** The only thing that the worker is told. It closes the database and ends. */
export const STOP = "stop";
