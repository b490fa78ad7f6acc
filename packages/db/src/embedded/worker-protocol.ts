/** What the worker is started with. */
export interface WorkerInput {
  readonly clusterFolder: string;
  readonly socketPath: string;
}

/** What the worker tells: that it serves, or, at any time and as its last word, why it ends. */
export type WorkerMessage = { readonly type: "ready" } | { readonly type: "failed"; readonly reason: string };

/** The only thing that the worker is told. It closes the database and ends. */
export const STOP = "stop";
