import type { MemoryVersion } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { knowledge, knowledgeVersions } from "@keepsake/db/schema";
import { and, desc, eq, lt, or } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { currentColumns, replacedColumns, toVersion } from "./memory-row.ts";

/** Keeps what a memory says now, before it is changed. */
export async function keepVersion(
  actor: Actor,
  tx: Transaction,
  id: string,
  row: Omit<typeof knowledgeVersions.$inferInsert, "userId" | "knowledgeId">,
): Promise<void> {
  await tx.insert(knowledgeVersions).values({ ...row, userId: actor.userId, knowledgeId: id });
}

/** Replaced versions below `before`, newest first. */
export async function listVersions(
  actor: Actor,
  db: Queryable,
  id: string,
  { before, limit }: { before: number | null; limit: number },
): Promise<MemoryVersion[]> {
  const rows = await db
    .select(replacedColumns)
    .from(knowledgeVersions)
    .where(
      and(
        ownedBy(actor, knowledgeVersions),
        eq(knowledgeVersions.knowledgeId, id),
        before === null ? undefined : lt(knowledgeVersions.version, before),
      ),
    )
    .orderBy(desc(knowledgeVersions.version))
    .limit(limit);
  return rows.map(toVersion);
}

/** The current version of a memory, forgotten or not; null when there is none. */
export async function findCurrentVersion(actor: Actor, db: Queryable, id: string): Promise<MemoryVersion | null> {
  const [row] = await db
    .select(currentColumns)
    .from(knowledge)
    .where(and(ownedBy(actor, knowledge), eq(knowledge.id, id)));
  return row ? toVersion({ ...row, replacedAt: null }) : null;
}

/** Replaced versions by memory and number, in no order. */
export async function findVersions(
  actor: Actor,
  db: Queryable,
  wanted: readonly { id: string; version: number }[],
): Promise<{ id: string; version: MemoryVersion }[]> {
  if (wanted.length === 0) return [];
  const anyOf = or(
    ...wanted.map(({ id, version }) =>
      and(eq(knowledgeVersions.knowledgeId, id), eq(knowledgeVersions.version, version)),
    ),
  );
  const rows = await db
    .select({ id: knowledgeVersions.knowledgeId, ...replacedColumns })
    .from(knowledgeVersions)
    .where(and(ownedBy(actor, knowledgeVersions), anyOf));
  return rows.map(({ id, ...version }) => ({ id, version: toVersion(version) }));
}
