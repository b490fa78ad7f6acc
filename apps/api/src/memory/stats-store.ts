import { FORBIDDEN_KEYS, type MemoryStats } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { knowledge } from "@keepsake/db/schema";
import { and, count, isNull, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { hasVectors } from "../platform/vectors.ts";

const living = sql`${knowledge.forgottenAt} is null`;

/** Counts of a user's memories. `spaceId` null says that embeddings are off. */
export async function countMemories(actor: Actor, db: Queryable, spaceId: number | null): Promise<MemoryStats> {
  const vectors = spaceId === null ? sql`false` : hasVectors(actor, spaceId, "knowledge", knowledge.id);
  const failed = sql`${knowledge.embeddingFailure} is not null`;
  const [row] = await db
    .select({
      memories: sql<number>`count(*) filter (where ${living})`.mapWith(Number),
      forgotten: sql<number>`count(*) filter (where not ${living})`.mapWith(Number),
      ready: sql<number>`count(*) filter (where ${living} and ${vectors})`.mapWith(Number),
      failed: sql<number>`count(*) filter (where ${living} and not ${vectors} and ${failed})`.mapWith(Number),
      oldest: sql<Date | null>`min(${knowledge.createdAt}) filter (where ${living})`.mapWith(knowledge.createdAt),
      newest: sql<Date | null>`max(${knowledge.createdAt}) filter (where ${living})`.mapWith(knowledge.createdAt),
    })
    .from(knowledge)
    .where(ownedBy(actor, knowledge));
  const counts = row ?? { memories: 0, forgotten: 0, ready: 0, failed: 0, oldest: null, newest: null };
  const { memories, forgotten, ready, failed: failedCount, oldest, newest } = counts;
  const pending = spaceId === null ? 0 : memories - ready - failedCount;
  return {
    memories,
    forgotten,
    kinds: await countKinds(actor, db),
    embeddings: { state: spaceId === null ? "off" : "on", ready, pending, failed: failedCount },
    oldest,
    newest,
  };
}

async function countKinds(actor: Actor, db: Queryable): Promise<Record<string, number>> {
  const rows = await db
    .select({ kind: knowledge.kind, memories: count() })
    .from(knowledge)
    .where(and(ownedBy(actor, knowledge), isNull(knowledge.forgottenAt)))
    .groupBy(knowledge.kind);
  // Rows that came by other ways than the contract may hold any kind.
  const safe = rows.filter(({ kind }) => !FORBIDDEN_KEYS.has(kind));
  return Object.fromEntries(safe.map(({ kind, memories }) => [kind, memories]));
}
