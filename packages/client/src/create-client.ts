import { toSafeListener, warnOfDrop } from "./drop-warning.ts";
import { folderShelf } from "./late-turns/folder-shelf.ts";
import type { DroppedTurn } from "./late-turns/late-turn.ts";
import { LateTurns } from "./late-turns/late-turns.ts";
import { memoryShelf } from "./late-turns/memory-shelf.ts";
import type { Shelf } from "./late-turns/shelf.ts";
import { createProcedures, type Procedures } from "./procedures.ts";
import { untilAborted } from "./turn/abort.ts";
import { RisingClock } from "./turn/rising-clock.ts";
import { SessionSaves } from "./turn/session-saves.ts";
import { SharedAnswers } from "./turn/shared-answers.ts";
import { createTakeTurn } from "./turn/take-turn.ts";
import type { TurnSetup } from "./turn/turn-setup.ts";
import type { TakeTurn } from "./turn/turn-types.ts";

/** Where the server is, for whom calls are made, and what becomes of turns while it is away. */
export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A bearer token, when the server asks for one. */
  readonly token?: string;
  /** Whose memory it is: 1 to 128 letters, digits or `. _ : @ -`. `default` when absent. */
  readonly userId?: string;
  /** Ends a call that takes longer with all its tries, milliseconds. 15 seconds when absent. */
  readonly timeoutMs?: number;
  /**
   * How often a call is tried again whose failure may pass: no connection, an answer that broke off, a server that is busy
   * (429, 502, 503, 504). 4 when absent, 0 for never. Writes are safe to repeat: each call has an `idempotencyKey`.
   */
  readonly retries?: number;
  /**
   * How long a turn waits for Keepsake before the model is asked without it, and again until its answer is put into the
   * queue, milliseconds. 1.5 seconds when absent.
   */
  readonly turnTimeoutMs?: number;
  /**
   * A folder for the turns that Keepsake could not take yet; it is made when needed, and several processes may use it.
   * Without one they wait in memory and end with the process.
   */
  readonly queueDir?: string;
  /** Turns that may wait, 1,000 when absent. */
  readonly queueTurnsMax?: number;
  /** Bytes that they may have as JSON, 16 MiB when absent. */
  readonly queueBytesMax?: number;
  /** Told of each turn that will not be kept. A warning of the process when absent. */
  readonly onDrop?: (dropped: DroppedTurn) => void;
}

/** What a client does besides calling procedures. */
export interface TurnMethods {
  /** Takes a turn: remembers what was said, asks `generate` unless an answer of before will do, and keeps the answer. */
  readonly turn: TakeTurn;
  /**
   * Sends what waits in the queue.
   *
   * @param timeoutMs gives up after so long, milliseconds
   * @returns how many turns still wait
   */
  flush(timeoutMs: number): Promise<number>;
  /** Stops sending what waits. On disk it stays for the next client; `flush` before, to leave less. */
  close(): void;
}

/** Every procedure of the server, typed: `client.memory.add.mutate({ content })`; and `client.turn`. Dates are real. */
export type KeepsakeClient = Procedures & TurnMethods;

const TIMEOUT_MS = 15_000;
const RETRIES = 4;
const TURN_TIMEOUT_MS = 1_500;
const QUEUE_TURNS_MAX = 1_000;
const QUEUE_BYTES_MAX = 16 * 1_048_576;

/**
 * A client of one Keepsake server for one user. It holds no connection of its own; make one for each user and keep it.
 * Calls fail with a `TRPCClientError`, which `errorReason` reads; turns do not fail for anything that Keepsake does.
 *
 * @throws TypeError when `url` is not a URL
 */
export function createClient(options: ClientOptions): KeepsakeClient {
  const procedures = createProcedures(options, {
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    retries: options.retries ?? RETRIES,
  });
  const setup = createTurnSetup(options);
  const methods: TurnMethods = {
    turn: createTakeTurn(setup),
    flush: (timeoutMs) => flush(setup, timeoutMs),
    close: () => setup.late.close(),
  };
  // What another process, or this one before its restart, has left.
  if (options.queueDir !== undefined) setup.late.wake();
  return withMethods(procedures, methods);
}

function createTurnSetup(options: ClientOptions): TurnSetup {
  const procedures = createProcedures(options, { timeoutMs: null, retries: 0 });
  const onDrop = toSafeListener(options.onDrop ?? warnOfDrop);
  return {
    procedures,
    onDrop,
    late: new LateTurns({ procedures, onDrop, shelf: createShelf(options) }),
    saves: new SessionSaves(),
    shared: new SharedAnswers(),
    clock: new RisingClock(),
    timeoutMs: options.turnTimeoutMs ?? TURN_TIMEOUT_MS,
  };
}

function createShelf({ queueDir, userId = "default", queueTurnsMax, queueBytesMax }: ClientOptions): Shelf {
  const limits = { turnsMax: queueTurnsMax ?? QUEUE_TURNS_MAX, bytesMax: queueBytesMax ?? QUEUE_BYTES_MAX };
  if (queueDir === undefined) return memoryShelf(limits);
  return folderShelf(`${queueDir}/${toFolderName(userId)}`, limits);
}

/** Different for different users, where `Ola` and `ola` are one file too, and where a name may hold no colon. */
function toFolderName(userId: string): string {
  const safe = userId.replace(/[^a-z0-9.@_-]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}`);
  return `user-${safe}`;
}

async function flush({ late, saves }: TurnSetup, timeoutMs: number): Promise<number> {
  const until = AbortSignal.timeout(timeoutMs);
  await untilAborted(saves.allSettled(), until).catch(() => {});
  return late.flush(until);
}

/** The procedures are a proxy, to which nothing can be added: a property of theirs is whatever is asked for. */
function withMethods(procedures: Procedures, methods: TurnMethods): KeepsakeClient {
  return new Proxy(procedures as KeepsakeClient, {
    get: (target, name) => (Object.hasOwn(methods, name) ? Reflect.get(methods, name) : Reflect.get(target, name)),
  });
}
