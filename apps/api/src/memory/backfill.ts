import type { Actor } from "../platform/actor.ts";
import type { Embeddings, Services } from "../platform/services.ts";
import { allUsers } from "../platform/users.ts";
import { requestVectors } from "./embedding-jobs.ts";
import { clearRefusals, listPendingIds } from "./vector-store.ts";

/** Rows of one statement: small, since on the embedded home everything else waits behind it. */
const PAGE_ROWS = 500;

/**
 * Asks for every vector that the active space lacks: of memories added while embeddings were off, of a new model, and
 * of jobs that a killed process had taken. Runs at every start; what already waits is not asked for twice.
 *
 * @returns how many memories were asked for
 */
export async function requestMissingVectors(
  services: Services,
  embeddings: Embeddings,
  signal: AbortSignal,
): Promise<number> {
  let requested = 0;
  for await (const actor of allUsers(services.db)) {
    if (signal.aborted) return requested;
    requested += await requestOfUser(actor, services, embeddings, signal);
  }
  return requested;
}

async function requestOfUser(actor: Actor, services: Services, { space }: Embeddings, signal: AbortSignal) {
  if (space.replacesAnother) await clearRefusals(actor, services.db);
  let requested = 0;
  let after: string | null = null;
  while (!signal.aborted) {
    const ids: string[] = await listPendingIds(actor, services.db, space.id, { after, limit: PAGE_ROWS });
    if (ids.length === 0) break;
    await services.db.transaction((tx) => requestVectors(actor, tx, services, ids));
    requested += ids.length;
    after = ids.at(-1) ?? null;
  }
  return requested;
}
