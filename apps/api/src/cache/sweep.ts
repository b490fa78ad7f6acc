import type { Actor } from "../platform/actor.ts";
import { runRecurring } from "../platform/recurring-work.ts";
import type { Services } from "../platform/services.ts";
import { allUsers } from "../platform/users.ts";
import { embedQuestionsOf } from "./embed-questions.ts";
import { isExpired } from "./entry-filters.ts";
import { makeRoom, needsSweeping } from "./room-store.ts";
import { lockCache, removeBatch } from "./store.ts";

const EVERY_MS = 5 * 60_000;
const BATCH_ROWS = 500;

/** Sweeps every few minutes, from the start on, until the signal. */
export function startSweeping(services: Services, signal: AbortSignal): Promise<void> {
  const { logger, failures } = services;
  const sweep = async (stop: AbortSignal) => {
    const removed = await sweepCaches(services, stop);
    if (removed > 0) logger.info({ removed }, "cached answers were removed: expired, or too many");
  };
  return runRecurring("sweeping the response cache", EVERY_MS, sweep, failures, signal);
}

/**
 * Makes the vectors that cached questions lack, and removes, for every user, the answers whose time is over, and those
 * beyond a maximum that was lowered. Nothing depends on it but disk space: expired answers are never given. Several
 * servers may do it at once: each entry goes once.
 *
 * @returns how many were removed
 */
export async function sweepCaches(services: Services, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const actor of allUsers(services.db)) {
    if (signal.aborted) break;
    removed += await sweepUser(actor, services, signal);
    await embedQuestionsOf(actor, services, signal);
  }
  return removed;
}

async function sweepUser(actor: Actor, services: Services, signal: AbortSignal): Promise<number> {
  const entriesMax = services.settings.cacheEntriesMax;
  let removed = 0;
  while (!signal.aborted && (await needsSweeping(actor, services.db, entriesMax))) {
    const batch = await sweepBatch(actor, services);
    if (batch === 0) break;
    removed += batch;
  }
  return removed;
}

/** One short transaction: on the embedded home everything else waits behind it. */
function sweepBatch(actor: Actor, { db, settings }: Services): Promise<number> {
  return db.transaction(async (tx) => {
    await lockCache(actor, tx);
    const expired = await removeBatch(actor, tx, isExpired, BATCH_ROWS);
    return expired + (await makeRoom(actor, tx, { added: 0, entriesMax: settings.cacheEntriesMax }));
  });
}
