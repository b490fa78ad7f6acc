import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Twin } from "../../../apps/api/src/rest/twins.ts";
import { createClient, type KeepsakeClient } from "../../../packages/client/src/index.ts";
import { callOf } from "./call-arbitrary.ts";
import { describeCall, type FuzzAnswer, type FuzzCall, send } from "./fuzz-call.ts";
import { judge, readAnswer } from "./judge.ts";
import { NamedThings } from "./named-things.ts";
import { readBack, Stored } from "./read-back.ts";
import { RefusedCalls } from "./refused-calls.ts";
import type { RowCounts } from "./row-counts.ts";
import { readThings, storeThings } from "./stored-things.ts";

/** Calls that are sent at once, at most. */
const AT_ONCE = 24;
/** So many inputs of one user; then comes another, so that no export has to read all of them again and again. */
const INPUTS_OF_A_USER = 400;
/** Faults of one procedure that are looked into; more are told by their number alone. */
const FAULTS_MAX = 3;
/** After so long nobody looks for a smaller input with the same fault any more. */
const SHRINK_MS = 20_000;
/** One group of calls in so many is sent one call after the other, with the rows of all tables counted in between. */
const WATCHED_ONE_IN = 4;

/** A call that was told to come again comes alone, so often, after such a pause. */
const TRIES_MAX = 3;
const TRY_AGAIN_MS = 2_000;

/** Calls that are sent together; with the highest number one after the other, since small ones are what shrinks. */
type Group = readonly [calls: readonly FuzzCall[], number: number];

/** Sends hostile calls to a server, and collects what went wrong. */
export class Fuzzing {
  readonly #failures: string[] = [];
  readonly counts = { inputs: 0, accepted: 0, "read again": 0, refused: 0, "refused under watch": 0, busy: 0 };
  readonly #url: string;
  readonly #token: string;
  readonly #seed: number;
  /** Stands in everything that the other user stored, and nowhere else. */
  readonly #canary = `canary-${randomUUID()}`;
  readonly #refused: RefusedCalls;
  #named = new NamedThings();
  #user = 0;

  /**
   * @param token an administrator's
   * @param seed of all inputs: the same one makes the same inputs
   * @param countRows counts the rows of all tables of the server's database
   */
  constructor(url: string, token: string, seed: number, countRows: () => Promise<RowCounts>) {
    this.#url = url;
    this.#token = token;
    this.#seed = seed;
    this.#refused = new RefusedCalls((call) => this.#send(call), countRows);
  }

  /** What went wrong, in words. */
  get failures(): string[] {
    return [...this.#failures, ...this.#refused.faults];
  }

  /** Calls one procedure with that many inputs. */
  async fuzz(twin: Twin, inputs: number): Promise<void> {
    const end = this.counts.inputs + inputs;
    for (let faults = 0; this.counts.inputs < end && faults < FAULTS_MAX; ) {
      await this.#beginUser();
      const isSound = await this.#fuzzAsUser(twin, Math.min(INPUTS_OF_A_USER, end - this.counts.inputs));
      if (!isSound) faults += 1;
    }
  }

  /** Stores what nobody else may see. @returns asserts that it is as it was */
  async guardVictim(): Promise<() => Promise<void>> {
    const victim = this.#clientOf("victim");
    await storeThings(victim, `the spare key is with ${this.#canary}`, new NamedThings(), "foreign");
    const before = await readThings(victim);
    return async () => {
      if ((await readThings(victim)) !== before) this.#failures.push("what another user has stored was changed");
    };
  }

  async #beginUser(): Promise<void> {
    this.#user += 1;
    this.#named = new NamedThings();
    const victim = this.#clientOf("victim");
    for (const { id } of (await victim.memory.list.query({})).items) this.#named.add("foreign", id);
    for (const { id } of (await victim.training.list.query({})).items) this.#named.add("foreign", id);
    const own = this.#clientOf(this.#userId);
    await storeThings(own, "the lamp in the kitchen", this.#named, "id");
  }

  get #userId(): string {
    return `fuzz-${this.#user}`;
  }

  #clientOf(userId: string): KeepsakeClient {
    return createClient({ url: this.#url, token: this.#token, userId, timeoutMs: 60_000 });
  }

  async #fuzzAsUser(twin: Twin, inputs: number): Promise<boolean> {
    const end = this.counts.inputs + inputs;
    const calls = fc.array(callOf(twin), { minLength: 1, maxLength: AT_ONCE, size: "max" });
    const groups = fc.tuple(calls, fc.nat(WATCHED_ONE_IN - 1));
    for (let round = 0; this.counts.inputs < end; round += 1) {
      const seed = this.#seed + this.#user * 1_000 + round;
      const property = fc.asyncProperty(
        groups,
        shrunkFor(SHRINK_MS, (group) => this.#sendAll(group)),
      );
      const numRuns = Math.ceil((end - this.counts.inputs) / AT_ONCE);
      const details = await fc.check(property, { seed, numRuns });
      if (!details.failed) continue;
      const fault =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
      this.#failures.push(`${fault} (seed ${seed}, after ${details.numRuns} runs and ${details.numShrinks} shrinks)`);
      return false;
    }
    return true;
  }

  async #sendAll([calls, number]: Group): Promise<void> {
    const resolved = calls.map((call) => ({ ...call, input: this.#named.resolve(call.input) }));
    const isWatched = number === WATCHED_ONE_IN - 1 && resolved.every(({ twin }) => !twin.methods.includes("GET"));
    const answers = isWatched
      ? await this.#refused.sendInTurn(resolved)
      : await Promise.all(resolved.map((call) => this.#send(call)));
    this.counts["refused under watch"] = this.#refused.looked;
    for (const [at, call] of resolved.entries()) {
      if (answers[at]?.status === 503) answers[at] = await this.#sendAgain(call);
    }
    for (const [at, call] of resolved.entries()) this.#note(call, answers[at] as FuzzAnswer);
    const stored = new Stored(this.#clientOf(this.#userId));
    for (const [at, call] of resolved.entries()) await this.#readAgain(stored, call, answers[at] as FuzzAnswer);
  }

  /** What was too much beside others has to be answered when it comes alone, as a gateway would send it again. */
  async #sendAgain(call: FuzzCall): Promise<FuzzAnswer> {
    this.counts.busy += 1;
    for (let tries = 1; ; tries += 1) {
      await sleep(TRY_AGAIN_MS);
      const answer = await this.#send(call);
      if (answer.status !== 503) return answer;
      if (tries === TRIES_MAX) throw new Error(`unavailable again and again: ${answer.text} <- ${describeCall(call)}`);
    }
  }

  #send(call: FuzzCall): Promise<FuzzAnswer> {
    return send(this.#url, { token: this.#token, userId: this.#userId }, call);
  }

  async #readAgain(stored: Stored, call: FuzzCall, { status, text }: FuzzAnswer): Promise<void> {
    if (status !== 200) return;
    const fault = await readBack(stored, call, readAnswer(call, text));
    if (fault) throw new Error(`${fault} <- ${describeCall(call)}`);
    if (fault === null) this.counts["read again"] += 1;
  }

  #note(call: FuzzCall, answer: FuzzAnswer): void {
    this.counts.inputs += 1;
    if (answer.status === 200) this.counts.accepted += 1;
    else if (answer.status === 429) this.counts.busy += 1;
    else this.counts.refused += 1;
    const fault = judge(answer, this.#canary);
    if (fault !== null) throw new Error(`${fault} <- ${describeCall(call)}`);
    if (answer.status === 200) this.#named.learn(readAnswer(call, answer.text));
  }
}

/** Tries what fails, and for so long what is smaller than that; all others are then taken for good. */
function shrunkFor<T>(ms: number, attempt: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let untilMs = Number.POSITIVE_INFINITY;
  return async (value) => {
    if (performance.now() > untilMs) return;
    await attempt(value).catch((fault: unknown) => {
      untilMs = Math.min(untilMs, performance.now() + ms);
      throw fault;
    });
  };
}
