import type { Message } from "@keepsake/contract";
import { conversations } from "@keepsake/db/schema";
import { and, desc, eq, inArray, isNotNull, isNull, lt, not, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import type { EmbeddableKind } from "../platform/embeddable-kind.ts";
import { ownedBy } from "../platform/owned.ts";
import { hasVectors } from "../platform/vectors.ts";
import { isSpoken } from "./spoken.ts";

/**
 * What was said gets vectors in the background: of the user's and the assistant's messages. What tools gave and systems
 * were told is read by programs and is found by its words, where it is asked for.
 */
export const embeddableMessages: EmbeddableKind = {
  itemType: "message",

  async findPending(actor, db, spaceId, ids) {
    const { id, role, content, createdAt } = conversations;
    const rows = await db
      .select({ id, role, content, createdAt })
      .from(conversations)
      .where(and(ownedBy(actor, conversations), pending(actor, spaceId), inArray(conversations.id, [...ids])));
    // A message never changes: it is there as it was, or it has gone.
    return rows.map((row) => ({ id: row.id, text: embeddingText(row), contentHash: "" }));
  },

  async listPending(actor, db, spaceId, { before, limit }) {
    const rows = await db
      .select({ id: conversations.id, isPending: sql<boolean>`${pending(actor, spaceId)}` })
      .from(conversations)
      .where(and(ownedBy(actor, conversations), before === null ? undefined : lt(conversations.id, before)))
      .orderBy(desc(conversations.id))
      .limit(limit);
    const ids = rows.filter(({ isPending }) => isPending).map(({ id }) => id);
    return { ids, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  },

  async lockUnchanged(actor, tx, { id }) {
    const rows = await tx
      .select({ id: conversations.id })
      .from(conversations)
      .where(own(actor, id))
      .for("no key update");
    return rows.length > 0;
  },

  async markRefused(actor, db, { id }, problem) {
    await db.update(conversations).set({ embeddingFailure: problem }).where(own(actor, id));
  },

  async clearRefusals(actor, db) {
    await db
      .update(conversations)
      .set({ embeddingFailure: null })
      .where(and(ownedBy(actor, conversations), isNotNull(conversations.embeddingFailure)));
  },
};

const own = (actor: Actor, id: string) => and(ownedBy(actor, conversations), eq(conversations.id, id));

const pending = (actor: Actor, spaceId: number): SQL | undefined =>
  and(isSpoken, isNull(conversations.embeddingFailure), not(hasVectors(actor, spaceId, "message", conversations.id)));

const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/**
 * What the model is given for a message, always in this form: `Tuesday 7 May 2024, user: Where is the spare key?`. The
 * day is that of UTC, as in the index of words. A change of this form needs a new embedding space.
 */
function embeddingText({ role, content, createdAt }: Pick<Message, "role" | "content" | "createdAt">): string {
  return `${DAY.format(createdAt).replace(",", "")}, ${role}: ${content}`;
}
