import { kindOf, textsOf } from "./sockets/wire-messages.ts";

const SLOTS = { startedAtMs: 0, limitMs: 1 } as const;
const SLOT_COUNT = 2;

/** How long a statement may take that says nothing about it. */
export const STATEMENT_LIMIT_MS = 10_000;
/** For work on whole tables, and for whoever asks for no limit: nothing may hang for ever. */
export const LONG_LIMIT_MS = 600_000;

const WHOLE_TABLES = /(?:^|;)\s*(?:vacuum|analyze|reindex|cluster|checkpoint|create|alter|drop|truncate|copy)\b/i;
const NAMED_LIMIT = /(?:^|;)\s*set\s+local\s+statement_timeout\s*(?:=|to)\s*'?(\d+)'?\s*(?:;|$)/i;

/** The worker's and the main thread's common memory. */
export type ClockMemory = SharedArrayBuffer;

/** Memory for one worker's statements. */
export function createClockMemory(): ClockMemory {
  return new SharedArrayBuffer(SLOT_COUNT * BigInt64Array.BYTES_PER_ELEMENT);
}

/**
 * Tells the main thread when a statement began and how long it may take. While PostgreSQL executes, the worker's own
 * timers stand still, and PGlite ignores `statement_timeout`; `set local statement_timeout = 60000` is read here instead,
 * for the transaction, with 0 for the longest that there is.
 */
export class StatementClock {
  readonly #slots: BigInt64Array;
  readonly #defaultMs: number;
  #namedMs: number | null = null;
  #limitMs: number;

  constructor(memory: ClockMemory, defaultMs: number) {
    this.#slots = new BigInt64Array(memory);
    this.#defaultMs = defaultMs;
    this.#limitMs = defaultMs;
  }

  begin(message: Uint8Array): void {
    this.#readLimit(message);
    Atomics.store(this.#slots, SLOTS.limitMs, BigInt(this.#limitMs));
    Atomics.store(this.#slots, SLOTS.startedAtMs, nowMs());
  }

  end(): void {
    Atomics.store(this.#slots, SLOTS.startedAtMs, 0n);
  }

  /** A limit that was set for a transaction is over with it. */
  forgetNamedLimit(): void {
    this.#namedMs = null;
  }

  /** The text comes with the first message of a round; those after it belong to it. */
  #readLimit(message: Uint8Array): void {
    const kind = kindOf(message);
    if (kind !== "query" && kind !== "parse") return;
    const sql = textsOf(message, kind === "query" ? 1 : 2).at(-1) ?? "";
    const named = NAMED_LIMIT.exec(sql)?.[1];
    if (named !== undefined) this.#namedMs = Math.min(Number(named) || LONG_LIMIT_MS, LONG_LIMIT_MS);
    this.#limitMs = this.#namedMs ?? (WHOLE_TABLES.test(sql) ? LONG_LIMIT_MS : this.#defaultMs);
  }
}

/** The main thread's side of a {@link StatementClock}. */
export class StatementWatch {
  readonly #slots: BigInt64Array;

  constructor(memory: ClockMemory) {
    this.#slots = new BigInt64Array(memory);
  }

  /** For how long the statement under way is over its limit, milliseconds; 0 when all is well. */
  overdueMs(): number {
    const startedAtMs = Atomics.load(this.#slots, SLOTS.startedAtMs);
    if (startedAtMs === 0n) return 0;
    const limitMs = Atomics.load(this.#slots, SLOTS.limitMs);
    return Math.max(0, Number(nowMs() - startedAtMs - limitMs));
  }
}

/** A clock that all threads share and that nobody sets. */
function nowMs(): bigint {
  return process.hrtime.bigint() / 1_000_000n;
}
