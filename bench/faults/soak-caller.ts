import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import { makeSentences, type Sentence } from "../_texts.ts";

/** A call that hangs longer than this is a failure of its own. */
const CALL_TIMEOUT_MS = 30_000;
/** Beyond these the oldest goes, so that the database holds the same amount after the first minutes. */
const MEMORIES_KEPT = 200;
const SESSIONS_KEPT = 10;
const SESSION_TURNS = 20;
const QUESTIONS = 500;
const PREFERENCES = 20;
/** More than anybody makes in days. */
const SENTENCES = 10_000_000;

/** What became of the calls of a soak. */
export interface SoakTally {
  calls: number;
  readonly errors: string[];
  /** Turns that were answered before their message was stored: allowed, and their answer is given to nobody. */
  late: number;
}

type Call = (client: KeepsakeClient, said: Sentence) => Promise<unknown>;

/** One user of a soak: makes calls of every kind, and forgets and deletes as much as it adds. */
export class SoakCaller {
  readonly #client: KeepsakeClient;
  readonly #tally: SoakTally;
  readonly #sentences: Generator<Sentence>;
  readonly #memories: string[] = [];
  readonly #begun: string[] = [];
  #made = 0;
  #turns = 0;

  constructor(url: string, number: number, tally: SoakTally) {
    this.#client = createClient({ url, userId: `user-${number}`, timeoutMs: CALL_TIMEOUT_MS, retries: 0 });
    this.#tally = tally;
    this.#sentences = makeSentences(SENTENCES, number + 1);
  }

  /** Makes the next call and counts it. Never fails. */
  async call(): Promise<void> {
    const kinds = Object.entries(this.#kinds);
    const [kind, send] = kinds[this.#made++ % kinds.length] ?? [];
    const { value } = this.#sentences.next();
    this.#tally.calls += 1;
    try {
      await send?.(this.#client, value);
    } catch (error) {
      this.#tally.errors.push(`${kind}: ${errorReason(error) ?? ""} ${error}`);
    }
  }

  /** In turn; the letter is where a kind comes more than once. */
  readonly #kinds: Readonly<Record<string, Call>> = {
    "memory.add a": (client, said) => this.#add(client, said),
    "conversation.begin a": (client, said) => this.#begin(client, said),
    "memory.search a": ({ memory }, { question }) => memory.search.query({ query: question }),
    "preferences.set": ({ preferences }, { text }) =>
      preferences.set.mutate({ key: this.#preference, value: { said: text } }),
    "conversation.complete a": (client, said) => this.#complete(client, said),
    "memory.forget a": (client) => this.#forget(client),
    "cache.lookup": ({ cache }) => cache.lookup.mutate({ text: this.#question }),
    "memory.add b": (client, said) => this.#add(client, said),
    "memory.list": ({ memory }) => memory.list.query({ limit: 20 }),
    "conversation.begin b": (client, said) => this.#begin(client, said),
    "memory.forget b": (client) => this.#forget(client),
    "conversation.search": ({ conversation }, { question }) => conversation.search.query({ query: question }),
    "conversation.complete b": (client, said) => this.#complete(client, said),
    "cache.store": ({ cache }, { text }) => cache.store.mutate({ text: this.#question, response: text }),
    "preferences.get": ({ preferences }) => preferences.list.query({}),
    "memory.add c": (client, said) => this.#add(client, said),
    "memory.search b": ({ memory }, { question }) => memory.search.query({ query: question }),
    "memory.forget c": (client) => this.#forget(client),
    "conversation.history": ({ conversation }) => conversation.history.query({ sessionId: this.#session }),
    "conversation.sessions": ({ conversation }) => conversation.sessions.query({}),
  };

  get #session(): string {
    return toSession(Math.floor(this.#turns / SESSION_TURNS));
  }

  get #question(): string {
    return `Who wrote the book number ${this.#made % QUESTIONS}?`;
  }

  get #preference(): string {
    return `soak.of-${this.#made % PREFERENCES}`;
  }

  async #add({ memory }: KeepsakeClient, { text }: Sentence): Promise<void> {
    const { id } = await memory.add.mutate({ content: text });
    this.#memories.push(id);
  }

  async #forget({ memory }: KeepsakeClient): Promise<unknown> {
    if (this.#memories.length <= MEMORIES_KEPT) return memory.stats.query();
    return memory.forget.mutate({ id: this.#memories.shift() ?? "" });
  }

  async #begin(client: KeepsakeClient, { text }: Sentence): Promise<void> {
    const session = this.#turns / SESSION_TURNS;
    this.#turns += 1;
    if (Number.isInteger(session) && session >= SESSIONS_KEPT) await this.#deleteSession(session - SESSIONS_KEPT);
    const begun = await client.conversation.begin.mutate({ sessionId: this.#session, text });
    if (begun.degraded.includes("save_pending")) this.#tally.late += 1;
    else this.#begun.push(begun.interactionId);
  }

  async #deleteSession(session: number): Promise<void> {
    this.#tally.calls += 1;
    await this.#client.conversation.deleteSession.mutate({ sessionId: toSession(session) });
  }

  async #complete({ conversation }: KeepsakeClient, { text }: Sentence): Promise<unknown> {
    const interactionId = this.#begun.shift();
    if (interactionId === undefined)
      return conversation.append.mutate({ sessionId: this.#session, role: "user", content: text });
    return conversation.complete.mutate({ interactionId, text });
  }
}

const toSession = (number: number) => `talk-${number}`;
