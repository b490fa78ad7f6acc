import type { JsonObject } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { cacheDependencies, responseCache } from "@keepsake/db/schema";
import { and, eq, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { type Sources, withKey } from "./entry-filters.ts";

/** An answer about to be kept. */
export interface AnswerDraft {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  readonly response: string;
  readonly language: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonObject | null;
  readonly generationMs: number | null;
  readonly ttlSeconds: number;
  /** It expires then at the latest. */
  readonly until: Date | null;
  /** What it was made from, each once. */
  readonly sources: Sources;
}

/**
 * Keeps an answer, and what it was made from, in the place of an earlier one to the same question. The cache has to be
 * locked.
 *
 * @returns its times, and whether there was none before
 */
export async function putAnswer(actor: Actor, tx: Transaction, draft: AnswerDraft) {
  const earlier = await findEntry(actor, tx, draft.key);
  // Its sources go before its id does.
  if (earlier) await removeSources(actor, tx, earlier.id);
  const row = toRow(draft);
  const [stored] = await tx
    .insert(responseCache)
    .values({ ...row, userId: actor.userId, queryHash: draft.key })
    .onConflictDoUpdate({ target: [responseCache.userId, responseCache.queryHash], set: row })
    .returning({
      createdAt: responseCache.createdAt,
      expiresAt: sql<Date>`${responseCache.expiresAt}`.mapWith(responseCache.expiresAt),
    });
  if (!stored) throw new Error("an answer was not stored");
  await addSources(actor, tx, draft);
  return { ...stored, isNew: !earlier };
}

function toRow({ key: _, sources: __, text, until, ttlSeconds, tags, ...rest }: AnswerDraft) {
  const latest = until === null ? sql`null` : sql`${until.toISOString()}::timestamptz`;
  return {
    ...rest,
    queryText: text,
    tags: [...tags],
    hitCount: 0,
    lastHitAt: null,
    createdAt: sql`statement_timestamp()`,
    usedAt: sql`clock_timestamp()`,
    expiresAt: sql`least(statement_timestamp() + make_interval(secs => ${ttlSeconds}), ${latest})`,
  };
}

async function findEntry(actor: Actor, tx: Transaction, key: string): Promise<{ id: string } | undefined> {
  const [entry] = await tx
    .select({ id: responseCache.id })
    .from(responseCache)
    .where(and(ownedBy(actor, responseCache), withKey(key)));
  return entry;
}

async function removeSources(actor: Actor, tx: Transaction, id: string): Promise<void> {
  await tx.delete(cacheDependencies).where(and(ownedBy(actor, cacheDependencies), eq(cacheDependencies.cacheId, id)));
}

async function addSources(actor: Actor, tx: Transaction, { id, sources }: AnswerDraft): Promise<void> {
  const memories = sources.memories.map((item) => ({ itemType: "memory" as const, item }));
  const preferences = sources.preferences.map((item) => ({ itemType: "preference" as const, item }));
  const rows = [...memories, ...preferences].map((source) => ({ ...source, userId: actor.userId, cacheId: id }));
  if (rows.length > 0) await tx.insert(cacheDependencies).values(rows);
}
