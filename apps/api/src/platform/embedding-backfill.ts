import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "./actor.ts";
import type { EmbeddableKind, PendingPage } from "./embeddable-kind.ts";
import { requestVectors } from "./embedding-jobs.ts";
import type { Embeddings, Services } from "./services.ts";
import { allUsers, isToStay } from "./users.ts";

/** Rows of one statement: small, since on the embedded home everything else waits behind it. */
const PAGE_ROWS = 500;
/** Jobs that wait at most, roughly: a million messages of a new model must not become a million jobs at once. */
const WAITING_MAX = 5_000;
const WAITING_POLL_MS = 5_000;

/**
 * Asks for every vector that the active space lacks: of items added while embeddings were off, of a new model, and of
 * jobs that a killed process had taken. Runs at every start; what already waits is not asked for twice.
 *
 * @returns how many items were asked for
 */
export async function requestMissingVectors(
  services: Services,
  embeddings: Embeddings,
  kinds: readonly EmbeddableKind[],
  signal: AbortSignal,
): Promise<number> {
  let requested = 0;
  for await (const actor of allUsers(services.db)) {
    for (const kind of kinds) requested += await requestOfUser(actor, services, embeddings, kind, signal);
  }
  return requested;
}

async function requestOfUser(
  actor: Actor,
  services: Services,
  { space }: Embeddings,
  kind: EmbeddableKind,
  signal: AbortSignal,
): Promise<number> {
  if (signal.aborted) return 0;
  if (space.replacesAnother) await kind.clearRefusals(actor, services.db);
  let requested = 0;
  let before: string | null = null;
  do {
    const page: PendingPage = await kind.listPending(actor, services.db, space.id, { before, limit: PAGE_ROWS });
    await request(actor, services, kind, page.ids);
    requested += page.ids.length;
    before = page.next;
    if (requested % WAITING_MAX < page.ids.length) await untilFewWait(services, signal);
  } while (before !== null && !signal.aborted);
  return requested;
}

async function request(actor: Actor, services: Services, { itemType }: EmbeddableKind, ids: readonly string[]) {
  if (ids.length === 0) return;
  await services.db.transaction(async (tx) => {
    if (await isToStay(actor, tx)) await requestVectors(actor, tx, services, itemType, ids);
  });
}

/** The queue counts its jobs only now and then, so it may be asked a few times too early. */
async function untilFewWait({ jobs }: Services, signal: AbortSignal): Promise<void> {
  do await delay(WAITING_POLL_MS, undefined, { signal, ref: false }).catch(() => {});
  while (!signal.aborted && (await jobs.countWaiting()) > WAITING_MAX);
}
