import {
  type ListMemoriesInput,
  type Memory,
  type MemoryOrigin,
  type NewMemory,
  TAGS_MAX,
  trustOf,
} from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { knowledge } from "@keepsake/db/schema";
import { and, arrayContains, desc, eq, gte, inArray, isNotNull, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { auditErased } from "../platform/audit.ts";
import { readNow } from "../platform/database-clock.ts";
import { ERASED_AT_ONCE_MAX } from "../platform/erasure.ts";
import { eraseAnswers } from "../platform/kept-answers.ts";
import { ownedBy } from "../platform/owned.ts";
import { removeVectors } from "../platform/vectors.ts";
import { currentColumns, type MemoryRow, memoryColumns, toMemory } from "./memory-row.ts";
import { keepVersion } from "./version-store.ts";

/** A memory about to be stored, with its id and the hash of its content. */
export interface MemoryDraft extends Omit<NewMemory, "tags" | "origin"> {
  readonly id: string;
  readonly contentHash: string;
  readonly origin: MemoryOrigin;
  readonly tags: readonly string[];
  readonly sourceInteractionId: string | null;
}

/**
 * Forgets expired memories with these contents, so that adding one of them again makes a new memory.
 *
 * @returns the ids of those that it forgot
 */
export async function forgetExpired(
  actor: Actor,
  tx: Transaction,
  contentHashes: readonly string[],
): Promise<string[]> {
  const rows = await tx
    .update(knowledge)
    .set({ forgottenAt: sql`now()` })
    .where(
      and(
        ownedBy(actor, knowledge),
        inArray(knowledge.contentHash, [...contentHashes]),
        isNull(knowledge.forgottenAt),
        lte(knowledge.expiresAt, sql`now()`),
      ),
    )
    .returning({ id: knowledge.id });
  return rows.map(({ id }) => id);
}

/** Living memories that say the same as drafts do, but whose word it is may differ. */
type SameContent = readonly Pick<MemoryDraft, "contentHash" | "origin">[];

/** Conditions on `knowledge`: the same content as one of these, said by somebody who is believed as much, or more. */
function saidAsWell(drafts: SameContent, than: SQL): SQL {
  const each = drafts.map(
    ({ contentHash, origin }) =>
      sql`(${knowledge.contentHash} = ${contentHash} and ${than} <= ${trustOf(origin)}::int)`,
  );
  return sql`(${sql.join(each, sql` or `)})`;
}

/** How far the memory is believed that took another's place. */
const successorTrust = (actor: Actor): SQL => sql`coalesce((select successor.trust from ${knowledge} as successor
  where successor.user_id = ${actor.userId} and successor.id = ${knowledge.supersededBy}), 0)`;

/**
 * Makes memories with these contents true again whose time is over, such as superseded ones: to add what was true once
 * says that it is true now. What the user has put right stays so, whatever the assistant says again.
 */
export async function reviveEnded(actor: Actor, tx: Transaction, drafts: SameContent): Promise<void> {
  const ended = await tx
    .select({ id: knowledge.id, ...currentColumns })
    .from(knowledge)
    .where(
      and(
        ownedBy(actor, knowledge),
        saidAsWell(drafts, sql`greatest(${knowledge.trust}, ${successorTrust(actor)})`),
        isNull(knowledge.forgottenAt),
        lte(knowledge.validTo, sql`now()`),
      ),
    )
    .orderBy(knowledge.contentHash)
    .for("update");
  if (ended.length === 0) return;
  const validFrom = await readNow(tx);
  for (const { id, ...row } of ended) {
    await keepVersion(actor, tx, id, row);
    await changeMemory(actor, tx, id, { validFrom, validTo: null, supersededBy: null });
  }
}

/** Believes memories more whose content is now said by somebody who is believed more; the version before is kept. */
export async function raiseOrigins(actor: Actor, tx: Transaction, drafts: SameContent): Promise<void> {
  const lower = await tx
    .select({ id: knowledge.id, contentHash: knowledge.contentHash, ...currentColumns })
    .from(knowledge)
    .where(
      and(ownedBy(actor, knowledge), isNull(knowledge.forgottenAt), saidAsWell(drafts, sql`${knowledge.trust} + 1`)),
    )
    .orderBy(knowledge.contentHash)
    .for("update");
  for (const { id, contentHash, ...row } of lower) {
    const origin = drafts.find((draft) => draft.contentHash === contentHash)?.origin;
    if (origin === undefined) continue;
    await keepVersion(actor, tx, id, row);
    await changeMemory(actor, tx, id, { origin });
  }
}

/**
 * Moves the weight of memories: those that helped come up a little sooner from then on, those that misled a little later.
 *
 * @param factor above 1 for helped; weights stay from 0.5 to 1.5
 */
export async function moveWeights(
  actor: Actor,
  tx: Transaction,
  ids: readonly string[],
  factor: number,
): Promise<void> {
  if (ids.length === 0 || factor === 1) return;
  const these = and(ownedBy(actor, knowledge), inArray(knowledge.id, [...ids]));
  // In the order in which everybody locks several memories, so that nobody waits for each other.
  await tx.select({ id: knowledge.id }).from(knowledge).where(these).orderBy(knowledge.contentHash).for("update");
  await tx
    .update(knowledge)
    .set({ weight: sql`least(greatest(${knowledge.weight} * ${factor}::real, 0.5), 1.5)` })
    .where(these);
}

/** The tags that were there, then the new ones in their order, as many as a memory may have. */
const unitedTags = sql`(${knowledge.tags} || array(
  select tag from unnest(excluded.tags) with ordinality as added(tag, place)
  where tag <> all(${knowledge.tags}) order by place))[1:${sql.raw(String(TAGS_MAX))}]`;

/**
 * Stores drafts with distinct hashes. Where the same content is there already, its tags are united and its row stays.
 *
 * @returns hash → id of the stored memory, which is the draft's own id unless the content was there
 */
export async function putMemories(actor: Actor, tx: Transaction, drafts: readonly MemoryDraft[]) {
  const rows = await tx
    .insert(knowledge)
    .values(drafts.map((draft) => toInsert(actor, draft)))
    .onConflictDoUpdate({
      target: [knowledge.userId, knowledge.contentHash],
      targetWhere: sql`forgotten_at is null`,
      set: { tags: unitedTags },
    })
    .returning({ contentHash: knowledge.contentHash, id: knowledge.id });
  return new Map(rows.map((row) => [row.contentHash, row.id]));
}

function toInsert(actor: Actor, { tags, ...draft }: MemoryDraft) {
  return { ...draft, tags: [...tags], userId: actor.userId };
}

/** Memories by id, forgotten ones too, in no order. Unknown ids are left out. */
export async function findMemories(
  actor: Actor,
  db: Queryable,
  ids: readonly string[],
  spaceId: number | null,
): Promise<Memory[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select(memoryColumns(actor, spaceId))
    .from(knowledge)
    .where(and(ownedBy(actor, knowledge), inArray(knowledge.id, [...ids])));
  return rows.map((row) => toMemory(row, spaceId));
}

type Filters = Pick<ListMemoriesInput, "tags" | "source" | "kind" | "trustMin" | "createdAfter" | "createdBefore">;

/** What a caller's filters mean in SQL; shared by list and search. */
export function matching(filters: Filters): SQL[] {
  const conditions = [
    filters.tags && filters.tags.length > 0 && arrayContains(knowledge.tags, filters.tags),
    filters.source !== undefined && eq(knowledge.source, filters.source),
    filters.kind !== undefined && eq(knowledge.kind, filters.kind),
    filters.trustMin !== undefined && filters.trustMin > 0 && gte(knowledge.trust, filters.trustMin),
    filters.createdAfter && gte(knowledge.createdAt, filters.createdAfter),
    filters.createdBefore && lt(knowledge.createdAt, filters.createdBefore),
  ];
  return conditions.filter((condition) => typeof condition === "object");
}

const notExpired = sql`(${knowledge.expiresAt} is null or ${knowledge.expiresAt} > now())`;

/** A page of memories, newest first, and one more row when there is a next page. */
export async function listMemories(
  actor: Actor,
  db: Queryable,
  input: ListMemoriesInput & { before: string | null },
  spaceId: number | null,
): Promise<MemoryRow[]> {
  return db
    .select(memoryColumns(actor, spaceId))
    .from(knowledge)
    .where(
      and(
        ownedBy(actor, knowledge),
        input.forgotten ? isNotNull(knowledge.forgottenAt) : and(isNull(knowledge.forgottenAt), notExpired),
        input.before === null ? undefined : lt(knowledge.id, input.before),
        ...matching(input),
      ),
    )
    .orderBy(desc(knowledge.id))
    .limit(input.limit + 1);
}

/** The row of a living memory, locked until the transaction ends; null when there is none. */
export async function lockMemory(actor: Actor, tx: Transaction, id: string) {
  const [row] = await tx
    .select({ ...currentColumns, contentHash: knowledge.contentHash })
    .from(knowledge)
    .where(and(ownedBy(actor, knowledge), eq(knowledge.id, id), isNull(knowledge.forgottenAt)))
    .for("update");
  return row ?? null;
}

/** Changed columns of a memory. */
export type MemoryChange = Partial<typeof knowledge.$inferInsert>;

/** Writes the next version of a locked memory. */
export async function changeMemory(actor: Actor, tx: Transaction, id: string, change: MemoryChange): Promise<void> {
  await tx
    .update(knowledge)
    .set({ ...change, version: sql`${knowledge.version} + 1`, recordedAt: sql`now()`, updatedAt: sql`now()` })
    .where(and(ownedBy(actor, knowledge), eq(knowledge.id, id)));
}

/** Forgets a memory, once. @returns when it was forgotten, or null when there is no such memory */
export async function markForgotten(actor: Actor, tx: Transaction, id: string): Promise<Date | null> {
  const [row] = await tx
    .update(knowledge)
    .set({ forgottenAt: sql`coalesce(${knowledge.forgottenAt}, now())` })
    .where(and(ownedBy(actor, knowledge), eq(knowledge.id, id)))
    .returning({ forgottenAt: knowledge.forgottenAt });
  return row?.forgottenAt ?? null;
}

/** Brings a memory back. @returns false when there is no such memory */
export async function unmarkForgotten(actor: Actor, tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx
    .update(knowledge)
    .set({ forgottenAt: null })
    .where(and(ownedBy(actor, knowledge), eq(knowledge.id, id)))
    .returning({ id: knowledge.id });
  return rows.length > 0;
}

/**
 * Erases some memories forgotten before a time, with everything that hangs on them, and has the audit trail name them.
 *
 * @returns how many
 */
export async function eraseForgotten(actor: Actor, tx: Transaction, before: Date): Promise<number> {
  const isDue = and(ownedBy(actor, knowledge), lt(knowledge.forgottenAt, before));
  const some = tx.select({ id: knowledge.id }).from(knowledge).where(isDue).limit(ERASED_AT_ONCE_MAX);
  const rows = await tx
    .delete(knowledge)
    .where(and(isDue, inArray(knowledge.id, some)))
    .returning({ id: knowledge.id });
  const ids = rows.map(({ id }) => id);
  await removeVectors(actor, tx, "knowledge", ids);
  await eraseAnswers(actor, tx, ids);
  await auditErased(actor, tx, "memories", ids);
  return ids.length;
}
