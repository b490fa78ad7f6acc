import { setTimeout as delay } from "node:timers/promises";
import { EmbeddingError } from "@keepsake/embeddings";
import type { Actor } from "../platform/actor.ts";
import type { Job } from "../platform/job-queue.ts";
import type { Embeddings, Services } from "../platform/services.ts";
import { embedMemories } from "./embed-memories.ts";
import { EMBED_MEMORY_QUEUE, type EmbedMemoryJob } from "./embedding-jobs.ts";

/** Memories of one round at most; the embedder's own batches are no larger. */
const ROUND_ITEMS_MAX = 64;
/** A round is kept this short, so that a person's question does not wait long behind it on a slow machine. */
const ROUND_MS = 1_000;
/** Looks for jobs of other servers, and of this one before its restart. */
const IDLE_POLL_MS = 2_000;
const RECOVERY_POLL_MS = { first: 500, max: 5_000 };

/** Makes vectors in the background, as long as the server runs. */
export class EmbeddingWorker implements AsyncDisposable {
  readonly #services: Services;
  readonly #embeddings: Embeddings;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #roundItems = 8;
  /** Jobs that were taken and neither completed nor given back. */
  readonly #open: string[] = [];

  constructor(services: Services, embeddings: Embeddings) {
    this.#services = services;
    this.#embeddings = embeddings;
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
        this.#services.logger.warn({ error: String(error) }, "embedding worker: a round failed, the next one follows");
        await this.#pause(IDLE_POLL_MS);
      }
    }
  }

  async #round(): Promise<void> {
    const { jobs } = this.#services;
    await this.#giveBack();
    const taken = await jobs.take<EmbedMemoryJob>(EMBED_MEMORY_QUEUE, this.#roundItems);
    if (taken.length === 0) return jobs.waitForJobs(EMBED_MEMORY_QUEUE, IDLE_POLL_MS, this.#stop.signal);
    const ids = taken.map(({ id }) => id);
    try {
      await this.#embed(taken);
      await jobs.complete(EMBED_MEMORY_QUEUE, ids);
    } catch (error) {
      this.#open.push(...ids);
      if (!(error instanceof EmbeddingError)) throw error;
      await this.#waitForModel(error);
    }
  }

  /** Kept until it worked, since the database that failed a round may fail this too. */
  async #giveBack(): Promise<void> {
    await this.#services.jobs.giveBack(EMBED_MEMORY_QUEUE, this.#open);
    this.#open.length = 0;
  }

  async #embed(taken: readonly Job<EmbedMemoryJob>[]): Promise<void> {
    const startedMs = performance.now();
    for (const [userId, ids] of groupByUser(taken)) {
      const actor: Actor = { userId };
      await embedMemories(actor, this.#services, this.#embeddings, ids, this.#stop.signal);
    }
    this.#roundItems = nextRoundItems(taken.length, performance.now() - startedMs);
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

function groupByUser(jobs: readonly Job<EmbedMemoryJob>[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { data } of jobs) users.set(data.userId, [...(users.get(data.userId) ?? []), data.memoryId]);
  return users;
}
