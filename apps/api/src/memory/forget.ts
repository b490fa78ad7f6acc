import type { ChangeMemoryByIdInput, ForgottenMemory, Memory } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { requestNewVectors } from "../platform/embedding-jobs.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { getMemory, memoryNotFound } from "./get-memory.ts";
import { toContentExists } from "./revise.ts";
import { markForgotten, unmarkForgotten } from "./store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Forgets a memory: it is found no more, answers made from it are given no more, and it is erased when the retention has
 * run out. Forgetting it again answers the same.
 *
 * @throws DomainError `MEMORY_NOT_FOUND`
 */
export async function forgetMemory(
  actor: Actor,
  services: Services,
  { id, idempotencyKey: key }: ChangeMemoryByIdInput,
): Promise<ForgottenMemory> {
  return writeOnce(actor, services, { key, procedure: "memory.forget", input: id }, async (tx) => {
    const forgottenAt = await markForgotten(actor, tx, id);
    if (!forgottenAt) throw memoryNotFound();
    await evictDependents(actor, tx, { memories: [id] });
    const erasedAfter = new Date(forgottenAt.getTime() + services.settings.forgetRetentionDays * DAY_MS);
    return { id, forgottenAt, erasedAfter };
  });
}

/**
 * Brings a forgotten memory back as it was. A living one is answered as it is.
 *
 * @throws DomainError `MEMORY_NOT_FOUND`, and `CONTENT_EXISTS` when the same was added again meanwhile
 */
export async function restoreMemory(
  actor: Actor,
  services: Services,
  { id, idempotencyKey: key }: ChangeMemoryByIdInput,
): Promise<Memory> {
  return writeOnce(actor, services, { key, procedure: "memory.restore", input: id }, (tx) =>
    restore(actor, tx, services, id),
  );
}

async function restore(actor: Actor, tx: Transaction, services: Services, id: string): Promise<Memory> {
  try {
    if (!(await unmarkForgotten(actor, tx, id))) throw memoryNotFound();
  } catch (error) {
    throw toContentExists(error);
  }
  const memory = await getMemory(actor, tx, id, services);
  if (memory.embedding === "pending") await requestNewVectors(actor, tx, services, "knowledge", id);
  return memory;
}
