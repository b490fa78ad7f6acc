import { setTimeout as delay } from "node:timers/promises";
import { EmbeddingError } from "@keepsake/embeddings";
import { embedItems } from "./embed-items.ts";
import type { EmbeddableKind } from "./embeddable-kind.ts";
import { type EmbeddingJob, embeddingQueue } from "./embedding-jobs.ts";
import { embeddingsHealth } from "./embeddings-health.ts";
import type { Job } from "./job-queue.ts";
import { OTHER_WEIGHTS } from "./model-weights.ts";
import type { Embeddings, Services } from "./services.ts";

/** Items of one round at most; the embedder's own batches are no larger. */
const ROUND_ITEMS_MAX = 64;
/** A round is kept this short, so that a person's question does not wait long behind it on a slow machine. */
const ROUND_MS = 1_000;
/** Looks for jobs of other servers, and of this one before its restart. */
const IDLE_POLL_MS = 2_000;
const RECOVERY_POLL_MS = { first: 500, max: 5_000 };

/** Jobs of one kind that were taken together. */
interface Taken {
  readonly kind: EmbeddableKind;
  readonly jobs: readonly Job<EmbeddingJob>[];
}

/** Makes vectors in the background, as long as the server runs; those of the first kind before those of the next. */
export class EmbeddingWorker implements AsyncDisposable {
  readonly #services: Services;
  readonly #embeddings: Embeddings;
  readonly #kinds: readonly EmbeddableKind[];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #roundItems = 8;
  /** Jobs that were taken and neither completed nor given back. */
  #open: Taken[] = [];

  constructor(services: Services, embeddings: Embeddings, kinds: readonly EmbeddableKind[]) {
    this.#services = services;
    this.#embeddings = embeddings;
    this.#kinds = kinds;
    this.#running = this.#run();
  }

  /** Stops after the round at hand; its jobs are given back when it cannot end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#giveBack().catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        this.#services.failures.tellOfWork(error, "embedding worker: a round failed, the next one follows");
        await this.#pause(IDLE_POLL_MS);
      }
    }
  }

  async #round(): Promise<void> {
    await this.#giveBack();
    const count = await this.#take();
    if (count === 0) {
      const queues = this.#kinds.map(({ itemType }) => embeddingQueue(itemType));
      return this.#services.jobs.waitForJobs(queues, IDLE_POLL_MS, this.#stop.signal);
    }
    if (await this.#hasOtherWeights()) return this.#pause(RECOVERY_POLL_MS.max);
    try {
      await this.#embed(count);
    } catch (error) {
      if (!(error instanceof EmbeddingError)) throw error;
      await this.#waitForModel(error);
    }
  }

  /** Vectors of other weights must not stand beside the others: the jobs wait for the restart that makes a new space. */
  async #hasOtherWeights(): Promise<boolean> {
    await embeddingsHealth(this.#embeddings, this.#stop.signal);
    const { hasOtherWeights } = this.#embeddings.seen;
    if (hasOtherWeights) this.#services.logger.warn(OTHER_WEIGHTS);
    return hasOtherWeights;
  }

  /** @returns how many jobs are open now */
  async #take(): Promise<number> {
    let count = 0;
    for (const kind of this.#kinds) {
      const room = this.#roundItems - count;
      if (room === 0) break;
      const jobs = await this.#services.jobs.take<EmbeddingJob>(embeddingQueue(kind.itemType), room);
      if (jobs.length > 0) this.#open.push({ kind, jobs });
      count += jobs.length;
    }
    return count;
  }

  /** Kept until it worked, since the database that failed a round may fail this too. */
  async #giveBack(): Promise<void> {
    while (this.#open[0]) {
      const { kind, jobs } = this.#open[0];
      await this.#services.jobs.giveBack(embeddingQueue(kind.itemType), toIds(jobs));
      this.#open.shift();
    }
  }

  async #embed(count: number): Promise<void> {
    const startedMs = performance.now();
    while (this.#open[0]) {
      const { kind, jobs } = this.#open[0];
      for (const [userId, itemIds] of groupByUser(jobs)) {
        await embedItems({ userId }, this.#services, this.#embeddings, kind, itemIds, this.#stop.signal);
      }
      await this.#services.jobs.complete(embeddingQueue(kind.itemType), toIds(jobs));
      this.#open.shift();
    }
    this.#roundItems = nextRoundItems(count, performance.now() - startedMs);
  }

  /** Asks after the model, more and more rarely, until it is back. */
  async #waitForModel(error: EmbeddingError): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await this.#giveBack();
    this.#services.logger.warn({ reason: error.reason, problem: error.message }, "embeddings wait for the model");
    let pauseMs = RECOVERY_POLL_MS.first;
    while (!this.#stop.signal.aborted) {
      await this.#pause(pauseMs);
      const { available } = await this.#embeddings.documents.health({ signal: this.#stop.signal });
      if (available) return;
      pauseMs = Math.min(pauseMs * 2, RECOVERY_POLL_MS.max);
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

/** As many items as fit into a round at the speed just seen, at most doubling. */
export function nextRoundItems(items: number, tookMs: number): number {
  const fitting = Math.floor((items * ROUND_MS) / Math.max(tookMs, 1));
  return Math.min(Math.max(fitting, 1), items * 2, ROUND_ITEMS_MAX);
}

const toIds = (jobs: readonly Job<EmbeddingJob>[]) => jobs.map(({ id }) => id);

function groupByUser(jobs: readonly Job<EmbeddingJob>[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { data } of jobs) users.set(data.userId, [...(users.get(data.userId) ?? []), data.itemId]);
  return users;
}
