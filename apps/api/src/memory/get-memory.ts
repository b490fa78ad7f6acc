import type { Memory } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services } from "../platform/services.ts";
import { findMemories } from "./store.ts";

/** The same answer for an id that never was, one that is forgotten and one of another user. */
export const memoryNotFound = () =>
  new DomainError("MEMORY_NOT_FOUND", "There is no memory with this id, or it was forgotten.");

/**
 * A living memory.
 *
 * @throws DomainError `MEMORY_NOT_FOUND`
 */
export async function getMemory(
  actor: Actor,
  db: Queryable,
  id: string,
  { embeddings }: Pick<Services, "embeddings">,
): Promise<Memory> {
  const [memory] = await findMemories(actor, db, [id], embeddings?.space.id ?? null);
  if (!memory || memory.forgottenAt) throw memoryNotFound();
  return memory;
}
