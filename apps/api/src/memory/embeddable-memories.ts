import { knowledge } from "@keepsake/db/schema";
import { and, desc, eq, inArray, isNotNull, isNull, lt, not, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import type { EmbeddableKind, PendingItem } from "../platform/embeddable-kind.ts";
import { ownedBy } from "../platform/owned.ts";
import { hasVectors } from "../platform/vectors.ts";

/** Memories get vectors of their contents, in the background of whatever adds or changes them. */
export const embeddableMemories: EmbeddableKind = {
  itemType: "knowledge",

  findPending(actor, db, spaceId, ids) {
    return db
      .select({ id: knowledge.id, text: knowledge.content, contentHash: knowledge.contentHash })
      .from(knowledge)
      .where(and(ownedBy(actor, knowledge), pending(actor, spaceId), inArray(knowledge.id, [...ids])));
  },

  async listPending(actor, db, spaceId, { before, limit }) {
    const rows = await db
      .select({ id: knowledge.id, isPending: sql<boolean>`${pending(actor, spaceId)}` })
      .from(knowledge)
      .where(and(ownedBy(actor, knowledge), before === null ? undefined : lt(knowledge.id, before)))
      .orderBy(desc(knowledge.id))
      .limit(limit);
    const ids = rows.filter(({ isPending }) => isPending).map(({ id }) => id);
    return { ids, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  },

  async lockUnchanged(actor, tx, item) {
    const rows = await tx
      .select({ id: knowledge.id })
      .from(knowledge)
      .where(unchanged(actor, item))
      .for("no key update");
    return rows.length > 0;
  },

  async markRefused(actor, db, item, problem) {
    await db.update(knowledge).set({ embeddingFailure: problem }).where(unchanged(actor, item));
  },

  async clearRefusals(actor, db) {
    await db
      .update(knowledge)
      .set({ embeddingFailure: null })
      .where(and(ownedBy(actor, knowledge), isNotNull(knowledge.embeddingFailure)));
  },
};

const pending = (actor: Actor, spaceId: number) =>
  and(
    isNull(knowledge.forgottenAt),
    isNull(knowledge.embeddingFailure),
    not(hasVectors(actor, spaceId, "knowledge", knowledge.id)),
  );

const unchanged = (actor: Actor, { id, contentHash }: PendingItem) =>
  and(ownedBy(actor, knowledge), eq(knowledge.id, id), eq(knowledge.contentHash, contentHash));
