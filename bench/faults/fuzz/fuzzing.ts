import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { Twin } from "../../../apps/api/src/rest/twins.ts";
import { createClient, type KeepsakeClient } from "../../../packages/client/src/index.ts";
import { callOf } from "./call-arbitrary.ts";
import { describeCall, type FuzzAnswer, type FuzzCall, send } from "./fuzz-call.ts";
import { judge, readAnswer } from "./judge.ts";
import { NamedThings } from "./named-things.ts";
import { readThings, storeThings } from "./stored-things.ts";

/** Calls that are sent at once, at most. */
const AT_ONCE = 24;
/** So many inputs of one user; then comes another, so that no export has to read all of them again and again. */
const INPUTS_OF_A_USER = 400;
/** Faults of one procedure that are looked into; more are told by their number alone. */
const FAULTS_MAX = 3;

/** Sends hostile calls to a server, and collects what went wrong. */
export class Fuzzing {
  readonly failures: string[] = [];
  readonly counts = { inputs: 0, accepted: 0, refused: 0, busy: 0 };
  readonly #url: string;
  readonly #token: string;
  readonly #seed: number;
  /** Stands in everything that the other user stored, and nowhere else. */
  readonly #canary = `canary-${randomUUID()}`;
  #named = new NamedThings();
  #user = 0;

  /**
   * @param token an administrator's
   * @param seed of all inputs: the same one makes the same inputs
   */
  constructor(url: string, token: string, seed: number) {
    this.#url = url;
    this.#token = token;
    this.#seed = seed;
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
      if ((await readThings(victim)) !== before) this.failures.push("what another user has stored was changed");
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
    for (let round = 0; this.counts.inputs < end; round += 1) {
      const seed = this.#seed + this.#user * 1_000 + round;
      const property = fc.asyncProperty(calls, (some) => this.#sendAll(some));
      const numRuns = Math.ceil((end - this.counts.inputs) / AT_ONCE);
      const details = await fc.check(property, { seed, numRuns });
      if (!details.failed) continue;
      const fault =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
      this.failures.push(`${fault} (seed ${seed}, after ${details.numRuns} runs and ${details.numShrinks} shrinks)`);
      return false;
    }
    return true;
  }

  async #sendAll(calls: readonly FuzzCall[]): Promise<void> {
    const resolved = calls.map((call) => ({ ...call, input: this.#named.resolve(call.input) }));
    const caller = { token: this.#token, userId: this.#userId };
    const answers = await Promise.all(resolved.map((call) => send(this.#url, caller, call)));
    for (const [at, call] of resolved.entries()) this.#note(call, answers[at] as FuzzAnswer);
  }

  #note(call: FuzzCall, answer: FuzzAnswer): void {
    this.counts.inputs += 1;
    if (answer.status === 200) this.counts.accepted += 1;
    else if ([429, 503].includes(answer.status)) this.counts.busy += 1;
    else this.counts.refused += 1;
    const fault = judge(call, answer, this.#canary);
    if (fault !== null) throw new Error(`${fault} <- ${describeCall(call)}`);
    if (answer.status === 200) this.#named.learn(readAnswer(call, answer.text));
  }
}
