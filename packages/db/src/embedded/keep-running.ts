import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedDatabaseLostError } from "../database-error.ts";
import type { EmbeddedWorker } from "./launch-worker.ts";

/** After so many failures in a row the database is given up. */
const ATTEMPTS_MAX = 5;
const WAIT_MAX_MS = 10_000;
/** What the disk says when it takes nothing: no fault of the database's, and waiting mends it. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"]);

/** What the owner of the database is told. */
export interface LossListener {
  /** It is down and will be opened again. */
  onLost?(reason: string): void;
  /** It serves again. `count` is of all reopenings so far. */
  onReopened?(count: number): void;
  /** It could not be opened again. Called once at most. */
  onFatal?(error: Error): void;
}

/** A worker that is replaced when it ends unasked. */
export interface KeptWorker extends Pick<EmbeddedWorker, "stop"> {
  /** How often the database was opened again. */
  reopenings(): number;
}

/**
 * Opens the database and opens it again whenever its worker ends: PostgreSQL replays its log then, and nothing that was
 * acknowledged is lost. Requests meanwhile fail as they do with a server that is down. While the disk is full or may not
 * be written to, it waits for the disk; otherwise it gives up after five failures in a row.
 *
 * @param folder where the disk is tried
 * @throws what `open` throws the first time
 */
export async function keepRunning(
  folder: string,
  open: () => Promise<EmbeddedWorker>,
  listener: LossListener,
): Promise<KeptWorker> {
  const stopping = new AbortController();
  const state = { worker: await open(), reopenings: 0 };
  const watching = replaceWhenLost(state, () => openAgain(folder, open, stopping.signal), stopping.signal, listener);
  return {
    reopenings: () => state.reopenings,
    stop: async () => {
      stopping.abort();
      await state.worker.stop();
      await watching;
    },
  };
}

interface KeptState {
  worker: EmbeddedWorker;
  reopenings: number;
}

async function replaceWhenLost(
  state: KeptState,
  replace: () => Promise<EmbeddedWorker | Error>,
  signal: AbortSignal,
  listener: LossListener,
): Promise<void> {
  for (;;) {
    const reason = await state.worker.lost;
    if (signal.aborted) return;
    listener.onLost?.(reason);
    const next = await replace();
    if (signal.aborted) return next instanceof Error ? undefined : await next.stop();
    if (next instanceof Error) return listener.onFatal?.(toLoss(reason, next));
    state.worker = next;
    state.reopenings += 1;
    listener.onReopened?.(state.reopenings);
  }
}

async function openAgain(
  folder: string,
  open: () => Promise<EmbeddedWorker>,
  signal: AbortSignal,
): Promise<EmbeddedWorker | Error> {
  let last = new Error("it was stopped");
  for (let attempt = 1, waitMs = 100; attempt <= ATTEMPTS_MAX && !signal.aborted; waitMs *= 2) {
    try {
      return await open();
    } catch (error) {
      last = error instanceof Error ? error : new Error(String(error));
      if (!(await refusesWrites(folder))) attempt += 1;
      await delay(Math.min(waitMs, WAIT_MAX_MS), undefined, { signal, ref: false }).catch(() => {});
    }
  }
  return last;
}

async function refusesWrites(folder: string): Promise<boolean> {
  const path = join(folder, `keepsake-probe-${randomUUID()}`);
  try {
    await writeFile(path, Buffer.alloc(65_536), { flush: true });
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && DISK_CODES.has(String(error.code));
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

function toLoss(reason: string, error: Error): EmbeddedDatabaseLostError {
  return new EmbeddedDatabaseLostError(
    `The embedded PostgreSQL stopped (${reason}) and cannot be opened again: ${error.message}`,
    { cause: error },
  );
}
