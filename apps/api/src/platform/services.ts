import type { SystemStatus } from "@keepsake/contract";
import type { Database } from "@keepsake/db";
import type { Embedder } from "@keepsake/embeddings";
import type { EmbeddingSpace } from "./embedding-space.ts";
import type { JobQueue } from "./job-queue.ts";
import type { Logger } from "./logger.ts";

/** Limits and periods that the slices obey; `config.ts` fills them. */
export interface Settings {
  /** Days between a `forget` and its erasure. */
  readonly forgetRetentionDays: number;
  /** Users with at most so many vectors are searched exactly; above, by the HNSW index where there is one. */
  readonly exactSearchRowsMax: number;
  /** How long a search waits for its query's embedding before it goes by words alone, milliseconds. */
  readonly queryEmbeddingTimeoutMs: number;
  /** How long a cached answer may be given when its caller does not say, seconds. */
  readonly cacheTtlSeconds: number;
  /** Cached answers of one user, at most. */
  readonly cacheEntriesMax: number;
  /** Intents whose answers are never cached; a `*` stands for any characters. */
  readonly cacheNeverIntents: readonly string[];
}

/** The model and the space its vectors belong to. */
export interface Embeddings {
  /** For what people ask: answers of a moment ago are remembered, equal requests under way are joined. */
  readonly queries: Embedder;
  /** For what is stored: no cache, so that a long backlog does not push the queries out of theirs. */
  readonly documents: Embedder;
  readonly space: EmbeddingSpace;
}

/** Everything outside a call that a verb may need. Passed as a value; there is no global. */
export interface Services {
  readonly db: Database;
  /** What kind of database it is, for people who ask. */
  readonly database: SystemStatus["database"];
  /** Fails when the database does not answer in time. */
  ping(timeoutMs: number): Promise<void>;
  /** Null when no `OLLAMA_URL` is set: search goes by words. */
  readonly embeddings: Embeddings | null;
  readonly jobs: JobQueue;
  readonly logger: Logger;
  readonly settings: Settings;
}
