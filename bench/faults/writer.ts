import type { KeepsakeClient } from "../../packages/client/src/index.ts";
import type { Place, Write } from "./write.ts";

/** The longest that a turn's beginning may take: what is answered as `save_pending` would prove nothing. */
const BUDGET_MS = 10_000;
const SESSION_WRITES = 40;

/**
 * Makes writes of every kind, one after the other, as gateways do: memories that are added, changed and forgotten,
 * preferences, messages, turns, cached answers and feedback.
 */
export class Writer {
  readonly userId: string;
  readonly #number: number;
  #made = 0;
  readonly #memories: string[] = [];
  readonly #begun: string[] = [];
  readonly #answered: string[] = [];

  /** @param users among how many users the writers are divided */
  constructor(number: number, users: number) {
    this.#number = number;
    this.userId = `writer-${number % users}`;
  }

  /** The next write; what needs something that is not there yet is an added memory instead. */
  next(): Write {
    const mark = `m${this.#number}x${this.#made++}z`;
    const kinds = [
      () => this.#add(mark),
      () => this.#begin(mark),
      () => this.#complete(mark),
      () => this.#set(mark),
      () => this.#append(mark),
      () => this.#add(mark),
      () => this.#update(mark),
      () => this.#feedback(mark),
      () => this.#store(mark),
      () => this.#forget(),
    ];
    return kinds[this.#made % kinds.length]?.() ?? this.#add(mark);
  }

  get #session(): string {
    return `s${this.#number}-${Math.floor(this.#made / SESSION_WRITES)}`;
  }

  #add(mark: string): Write {
    const input = { content: `Remembered as ${mark}`, idempotencyKey: mark };
    return {
      ...describe("memory.add", "memories", mark),
      send: ({ memory }) => memory.add.mutate(input),
      learn: ({ id }: { id: string }) => void this.#memories.push(id),
    };
  }

  #update(mark: string): Write | null {
    const id = this.#memories.at(-1);
    if (id === undefined) return null;
    const input = { id, content: `Changed to ${mark}`, idempotencyKey: mark };
    return { ...describe("memory.update", "memories", mark), send: ({ memory }) => memory.update.mutate(input) };
  }

  #forget(): Write | null {
    const id = this.#memories.shift();
    if (id === undefined) return null;
    const input = { id, idempotencyKey: `forget-${id}` };
    return { ...describe("memory.forget", "forgotten", id), send: ({ memory }) => memory.forget.mutate(input) };
  }

  /** Each leaves a field, so that one that happened twice shows in the versions and one that is lost in the fields. */
  #set(mark: string): Write {
    const input = {
      key: `counted.by-${this.#number}`,
      value: { [mark]: this.#made },
      mode: "merge" as const,
      idempotencyKey: mark,
    };
    return {
      ...describe("preferences.set", "preferences", mark),
      send: ({ preferences }) => preferences.set.mutate(input),
    };
  }

  #append(mark: string): Write {
    const input = { sessionId: this.#session, role: "user" as const, content: `Said ${mark}`, idempotencyKey: mark };
    return {
      ...describe("conversation.append", "messages", mark),
      send: ({ conversation }) => conversation.append.mutate(input),
    };
  }

  #begin(mark: string): Write {
    const input = { sessionId: this.#session, text: `Asked ${mark}`, budgetMs: BUDGET_MS, idempotencyKey: mark };
    return {
      ...describe("conversation.begin", "messages", mark),
      send: async ({ conversation }) => {
        const begun = await conversation.begin.mutate(input);
        if (begun.degraded.includes("save_pending")) throw new SavePending();
        return begun;
      },
      learn: ({ interactionId }: { interactionId: string }) => void this.#begun.push(interactionId),
    };
  }

  #complete(mark: string): Write | null {
    const interactionId = this.#begun.shift();
    if (interactionId === undefined) return null;
    const input = { interactionId, text: `Answered ${mark}`, idempotencyKey: mark };
    return {
      ...describe("conversation.complete", "messages", mark),
      send: ({ conversation }) => conversation.complete.mutate(input),
      learn: () => void this.#answered.push(interactionId),
    };
  }

  #feedback(mark: string): Write | null {
    const interactionId = this.#answered.shift();
    if (interactionId === undefined) return null;
    const input = { interactionId, score: 4, comment: `Judged ${mark}`, idempotencyKey: mark };
    return {
      ...describe("training.feedback", "feedback", mark),
      send: ({ training }) => training.feedback.mutate(input),
    };
  }

  #store(mark: string): Write {
    const input = { text: `Who wrote the book ${mark}?`, response: "Nobody knows.", idempotencyKey: mark };
    return {
      ...describe("cache.store", "answers", mark),
      send: async ({ cache }: KeepsakeClient) => {
        const stored = await cache.store.mutate(input);
        if (!stored.cached) throw new Error(`the cache refused a plain question: ${stored.reason}`);
        return stored;
      },
    };
  }
}

/** The answer came before the message was stored: it acknowledges nothing. */
export class SavePending extends Error {
  override readonly name = "SavePending";
}

const describe = (procedure: string, place: Place, mark: string) => ({ procedure, place, mark });
