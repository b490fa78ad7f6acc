import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeCall, type FuzzAnswer, type FuzzCall } from "./fuzz-call.ts";
import { findChange, type RowCounts } from "./row-counts.ts";

/** By then an accepted turn is stored whose beginning was answered before it was. */
const SETTLED_AFTER_MS = 2_000;

/** So many calls that change something are told; then nobody looks any more. */
const FAULTS_MAX = 3;

/** The one refusal that leaves something, so that a person can see who tries: a line of the trail. */
const IS_AUDITED = /reads as an instruction to a model/;

type Send = (call: FuzzCall) => Promise<FuzzAnswer>;

/** Sends calls one after the other, with a look at the tables around each that is refused: it is to change none. */
export class RefusedCalls {
  readonly #send: Send;
  readonly #countRows: () => Promise<RowCounts>;
  /** Refused calls that have left or taken rows, in words. They are told as they are: to shrink them costs minutes. */
  readonly faults: string[] = [];
  /** Refused calls around which the rows were counted. */
  looked = 0;

  /** @param countRows counts the rows of all tables */
  constructor(send: Send, countRows: () => Promise<RowCounts>) {
    this.#send = send;
    this.#countRows = countRows;
  }

  /** @returns the calls' answers */
  async sendInTurn(calls: readonly FuzzCall[]): Promise<FuzzAnswer[]> {
    const answers: FuzzAnswer[] = [];
    for (const call of calls) {
      const { answer, change } = await this.#sendWatched(call);
      answers.push(answer);
      if (change !== null) await this.#tryAgain(call);
    }
    return answers;
  }

  async #sendWatched(call: FuzzCall): Promise<{ answer: FuzzAnswer; change: string | null }> {
    if (this.faults.length >= FAULTS_MAX) return { answer: await this.#send(call), change: null };
    const before = await this.#countRows();
    const answer = await this.#send(call);
    const isRefused = answer.status >= 400 && answer.status < 500;
    if (!isRefused) return { answer, change: null };
    this.looked += 1;
    const expected = IS_AUDITED.test(answer.text) ? { audit_log: 1 } : {};
    return { answer, change: findChange(before, await this.#countRows(), expected) };
  }

  /** A turn from before may have been stored just then: what is the call's own doing happens again. */
  async #tryAgain(call: FuzzCall): Promise<void> {
    await sleep(SETTLED_AFTER_MS);
    const { change } = await this.#sendWatched(withNewKey(call));
    if (change !== null) this.faults.push(`refused, and yet ${change} <- ${describeCall(call)}`);
  }
}

/** The same call under a key that was never seen: one that stayed behind would be met instead of left again. */
function withNewKey(call: FuzzCall): FuzzCall {
  const { input } = call;
  if (typeof input !== "object" || input === null || !("idempotencyKey" in input)) return call;
  return typeof input.idempotencyKey === "string"
    ? { ...call, input: { ...input, idempotencyKey: randomUUID() } }
    : call;
}
