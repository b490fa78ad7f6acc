import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import type { Write } from "./write.ts";
import { SavePending, Writer } from "./writer.ts";

/** A call that hangs longer than this is a failure of its own. */
const CALL_TIMEOUT_MS = 30_000;
/** Answers that say: not now. What they answer may or may not have happened. */
const NOT_NOW = new Set(["DATABASE_UNAVAILABLE", "OVERLOADED", "STORAGE_FULL"]);

/** A write together with the writer that sent it. */
interface Sent {
  readonly writer: Writer;
  readonly write: Write;
}

/** What became of everything that was sent, kept outside of whatever is killed. */
export interface AckLog {
  readonly acknowledged: Sent[];
  /** Sent and never answered: they may have happened or not. */
  unsettled: Sent[];
  /** Answers that nothing but a fault of the server explains, in words. */
  readonly wrong: string[];
  /** How often each answer came that was none, by its reason. */
  readonly refusals: Map<string, number>;
}

/** Writers that go on writing over the deaths of their server, each write with an idempotency key of its own. */
export class Crew {
  readonly log: AckLog = { acknowledged: [], unsettled: [], wrong: [], refusals: new Map() };
  /** What was acknowledged. */
  get acknowledged(): Write[] {
    return this.log.acknowledged.map(({ write }) => write);
  }

  readonly #writers: readonly Writer[];
  #isStopped = true;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ writers, users }: { readonly writers: number; readonly users: number }) {
    this.#writers = Array.from({ length: writers }, (_, number) => new Writer(number, users));
  }

  /** All write at once, each one thing after the other, until `stop`, or until its first write without an answer. */
  start(url: string): void {
    this.#isStopped = false;
    this.#running = Promise.all(
      this.#writers.map(async (writer) => {
        const client = clientOf(url, writer);
        while (!this.#isStopped && (await this.#send(client, { writer, write: writer.next() })));
      }),
    );
  }

  /** Resolves when no call is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Sends again what had no answer, with the same keys. What has none this time either stays unsettled. */
  async settle(url: string): Promise<void> {
    const { unsettled } = this.log;
    this.log.unsettled = [];
    const byWriter = Map.groupBy(unsettled, ({ writer }) => writer);
    await Promise.all(
      [...byWriter].map(async ([writer, sent]) => {
        const client = clientOf(url, writer);
        for (const one of sent) await this.#send(client, one);
      }),
    );
  }

  /** Sends again what was acknowledged last, as a client does that has lost the answer. */
  async repeat(url: string, writes: number): Promise<void> {
    const byWriter = Map.groupBy(this.log.acknowledged.slice(-writes), ({ writer }) => writer);
    await Promise.all(
      [...byWriter].map(async ([writer, sent]) => {
        const client = clientOf(url, writer);
        for (const { write } of sent) {
          await write.send(client).catch((error: unknown) => {
            this.log.wrong.push(`${write.procedure} (${write.mark}), sent again: ${String(error)}`);
          });
        }
      }),
    );
  }

  /** @returns whether it was acknowledged */
  async #send(client: KeepsakeClient, { writer, write }: Sent): Promise<boolean> {
    const { log } = this;
    try {
      const answer = await write.send(client);
      write.learn?.(answer as never);
      log.acknowledged.push({ writer, write });
      return true;
    } catch (error) {
      const reason = errorReason(error) ?? (error instanceof SavePending ? "save_pending" : "no answer");
      log.refusals.set(reason, (log.refusals.get(reason) ?? 0) + 1);
      if (isExpected(error, reason)) log.unsettled.push({ writer, write });
      else log.wrong.push(`${write.procedure} (${write.mark}) answered ${reason}: ${String(error)}`);
      return false;
    }
  }
}

function isExpected(error: unknown, reason: string): boolean {
  if (NOT_NOW.has(reason) || error instanceof SavePending) return true;
  // A TRPCClientError without a reason has seen no answer of Keepsake's.
  return reason === "no answer" && error instanceof Error && error.name === "TRPCClientError";
}

const clientOf = (url: string, { userId }: Writer) =>
  createClient({ url, userId, timeoutMs: CALL_TIMEOUT_MS, retries: 0 });
