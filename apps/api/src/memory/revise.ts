import type { Memory, UpdateMemoryInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { readNow } from "../platform/database-clock.ts";
import { violatedConstraint } from "../platform/database-failure.ts";
import { DomainError } from "../platform/domain-error.ts";
import { requestNewVectors } from "../platform/embedding-jobs.ts";
import type { Services } from "../platform/services.ts";
import { toOrigin } from "../platform/stored-origin.ts";
import { assertTells } from "../platform/tells.ts";
import { removeVectors } from "../platform/vectors.ts";
import { writeOnce } from "../platform/write-once.ts";
import { contentHash } from "./content-hash.ts";
import { getMemory, memoryNotFound } from "./get-memory.ts";
import { changeMemory, lockMemory, type MemoryChange } from "./store.ts";
import { assertMayReplace } from "./trust.ts";
import { keepVersion } from "./version-store.ts";

type LockedMemory = NonNullable<Awaited<ReturnType<typeof lockMemory>>>;

/**
 * Changes a memory and keeps what it said before. A new content is true from now on, unless `validFrom` says
 * otherwise; the version before it was true until then, if it was at all. Cached answers made from it go with any change.
 *
 * @throws DomainError `MEMORY_NOT_FOUND`, `VERSION_CONFLICT`, `CONTENT_EXISTS`, `TRUST_TOO_LOW`, and `INVALID_INPUT` for an
 *   instruction that the user has not said
 */
export async function updateMemory(actor: Actor, services: Services, input: UpdateMemoryInput): Promise<Memory> {
  const { idempotencyKey: key, ...change } = input;
  const { content, origin } = change;
  await assertTells(actor, services, "memory.update", [{ content, origin, path: "content" }]);
  return writeOnce(actor, services, { key, procedure: "memory.update", input: change }, (tx) =>
    revise(actor, tx, services, change),
  );
}

async function revise(actor: Actor, tx: Transaction, services: Services, input: UpdateMemoryInput): Promise<Memory> {
  const { id, expectedVersion, idempotencyKey: _, ...fields } = input;
  const row = await lockMemory(actor, tx, id);
  if (!row) throw memoryNotFound();
  assertVersion(row, expectedVersion);
  const newContent = fields.content !== undefined && contentHash(fields.content) !== row.contentHash;
  const origin = fields.origin ?? (newContent ? "user" : toOrigin(row.origin));
  assertMayReplace(row.origin, origin);
  const validFrom = fields.validFrom ?? (newContent ? await readNow(tx) : row.validFrom);
  const { contentHash: __, ...kept } = row;
  await keepVersion(actor, tx, id, {
    ...kept,
    validTo: row.validTo ?? (newContent ? later(row.validFrom, validFrom) : null),
  });
  await write(actor, tx, id, { ...(newContent && contentChange(fields.content ?? "")), ...fields, origin, validFrom });
  if (newContent) {
    await removeVectors(actor, tx, "knowledge", [id]);
    await requestNewVectors(actor, tx, services, "knowledge", id);
  }
  await evictDependents(actor, tx, { memories: [id] });
  return getMemory(actor, tx, id, services);
}

/** What was to be true from a time on that never came was true at none: its period ends where it begins. */
const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** What was over, or said otherwise by another one, says something new from now on. */
const contentChange = (content: string): MemoryChange => ({
  contentHash: contentHash(content),
  embeddingFailure: null,
  validTo: null,
  supersededBy: null,
});

function assertVersion(row: LockedMemory, expected: number | undefined): void {
  if (expected === undefined || expected === row.version) return;
  throw new DomainError(
    "VERSION_CONFLICT",
    `The memory is at version ${row.version}, not ${expected}: read it again and repeat the change.`,
  );
}

async function write(actor: Actor, tx: Transaction, id: string, change: MemoryChange): Promise<void> {
  try {
    await changeMemory(actor, tx, id, change);
  } catch (error) {
    throw toContentExists(error);
  }
}

/** The unique index on contents, seen from the caller. Any other error is given back as it is. */
export function toContentExists(error: unknown): unknown {
  if (violatedConstraint(error) !== "knowledge_content_unique_idx") return error;
  return new DomainError(
    "CONTENT_EXISTS",
    "Another memory already says the same: change that one, or forget one of the two.",
    { cause: error },
  );
}
