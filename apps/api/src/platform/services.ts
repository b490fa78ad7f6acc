import type { SystemStatus } from "@keepsake/contract";
import type { Database, FlushResults, Wanted } from "@keepsake/db";
import type { CachedEmbedder, Embedder } from "@keepsake/embeddings";
import type { Backups } from "./backups.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import type { EmbeddingSpace } from "./embedding-space.ts";
import type { FailureLog } from "./failure-log.ts";
import type { JobQueue } from "./job-queue.ts";
import type { KeysUnderWay } from "./keys-under-way.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { PendingWrites } from "./pending-writes.ts";
import type { VectorCounts } from "./vector-counts.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Limits and periods that the slices obey; `config.ts` fills them. */
export interface Settings {
  /** Days between a `forget` and its erasure. */
  readonly forgetRetentionDays: number;
  /** Memories that tools and the assistant may add for one user within an hour. */
  readonly unsaidPerHourMax: number;
  /** Days that the audit trail tells of a change. */
  readonly auditRetentionDays: number;
  /** Users with at most so many vectors are searched exactly; above, by the HNSW index where there is one. */
  readonly exactSearchRowsMax: number;
  /** How long a search waits for its query's embedding before it goes by words alone, milliseconds. */
  readonly queryEmbeddingTimeoutMs: number;
  /** How long a cached answer may be given when its caller does not say, seconds. */
  readonly cacheTtlSeconds: number;
  /** Cached answers of one user, at most. */
  readonly cacheEntriesMax: number;
  /** Whether a question of the same meaning may get a cached answer, past the guard. */
  readonly cacheSemantic: boolean;
  /** Cosine similarity that two questions need for it at least. */
  readonly cacheSimilarityMin: number;
  /** Intents whose answers are never cached; a `*` stands for any characters. */
  readonly cacheNeverIntents: readonly string[];
}

/** The model and the space its vectors belong to. */
export interface Embeddings {
  /** For what people ask: answers of a moment ago are remembered, equal requests under way are joined. */
  readonly queries: CachedEmbedder;
  /** For what is stored: no cache, so that a long backlog does not push the queries out of theirs. */
  readonly documents: Embedder;
  readonly space: EmbeddingSpace;
  /** Whether the model has lately been seen to have other weights than the space: its vectors are of no use then. */
  readonly seen: { hasOtherWeights: boolean };
  readonly vectorCounts: VectorCounts;
}

/** Everything outside a call that a verb may need. Passed as a value; there is no global. */
export interface Services {
  /** What callers wait for. */
  readonly db: Database;
  /** For what nobody waits for, and for what takes long: it never takes a connection from a caller. */
  readonly backgroundDb: Database;
  /** For long reads of much. */
  readonly exportDb: Database;
  /** Runs a call within the time that the database may take for one. */
  limitCall<T>(call: () => Promise<T>): Promise<T>;
  /** Sends several statements as one transaction and waits for the database once; see `flush` of `@keepsake/db`. */
  flush<const W extends Wanted>(wanted: W): Promise<FlushResults<W>>;
  /** What kind of database it is, for people who ask. */
  readonly database: SystemStatus["database"];
  /** Fails when the database does not answer in time. */
  ping(timeoutMs: number): Promise<void>;
  /** Null when no `OLLAMA_URL` is set: search goes by words. */
  readonly embeddings: Embeddings | null;
  readonly jobs: JobQueue;
  readonly backups: Backups;
  readonly logger: Logger;
  /** Where calls that failed are told, and what is remembered of them. */
  readonly failures: FailureLog;
  /** Lets callers in by their tokens. */
  readonly doorkeeper: Doorkeeper;
  /** What `/metrics` tells. */
  readonly metrics: Metrics;
  readonly settings: Settings;
  /** Calls with an idempotency key that have not ended yet. */
  readonly keysUnderWay: KeysUnderWay;
  /** What a turn's answer did not wait for. */
  readonly pendingWrites: PendingWrites;
  /** Turns that wait for an answer which another one gets. */
  readonly joining: WaitingRoom;
}
