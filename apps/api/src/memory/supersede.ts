import type { AddedMemory, NewMemory } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { readNow } from "../platform/database-clock.ts";
import type { Services } from "../platform/services.ts";
import { memoryNotFound } from "./get-memory.ts";
import { rememberIn } from "./remember.ts";
import { changeMemory, lockMemory } from "./store.ts";
import { assertMayReplace } from "./trust.ts";
import { keepVersion } from "./version-store.ts";

/** A memory that takes the place of another one, which stays as what was true before. */
export interface Successor extends NewMemory {
  /** Id of the memory that is true no more. */
  readonly supersedes?: string;
}

/**
 * Remembers a content, and ends the truth of the memory that it supersedes: that one is found no more, but for searches
 * as of an earlier time, and names its successor. Part of a transaction.
 *
 * @param interactionId where the content came from
 * @throws DomainError `MEMORY_NOT_FOUND` when there is nothing to supersede, `TRUST_TOO_LOW` for what is believed more
 */
export async function rememberSuccessor(
  actor: Actor,
  tx: Transaction,
  services: Services,
  { supersedes, ...item }: Successor,
  interactionId: string,
): Promise<AddedMemory> {
  const old = supersedes === undefined ? null : await lockMemory(actor, tx, supersedes);
  if (supersedes !== undefined && !old) throw memoryNotFound();
  if (old) assertMayReplace(old.origin, item.origin ?? "user");
  const [added] = await rememberIn(actor, tx, services, [item], interactionId);
  if (!added) throw new Error("an added memory was not stored");
  // A content that was there already may be the very one that is to be superseded.
  if (!old || supersedes === undefined || added.id === supersedes) return added;
  const { contentHash: _, ...kept } = old;
  await keepVersion(actor, tx, supersedes, kept);
  await changeMemory(actor, tx, supersedes, { validTo: await readNow(tx), supersededBy: added.id });
  await evictDependents(actor, tx, { memories: [supersedes] });
  return added;
}
