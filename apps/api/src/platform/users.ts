import type { Database, Transaction } from "@keepsake/db";
import { users } from "@keepsake/db/schema";
import { and, eq, gt, isNull } from "drizzle-orm";
import type { Actor } from "./actor.ts";

const PAGE_ROWS = 500;

/** Brings the user into being; a user's first write does. */
export async function ensureUser(actor: Actor, tx: Transaction): Promise<void> {
  await tx.insert(users).values({ userId: actor.userId }).onConflictDoNothing();
}

/**
 * Whether a user is there to stay, until the transaction ends: background work that writes a row of a user's asks first,
 * so that it leaves nothing behind an erasure.
 */
export async function isToStay({ userId }: Actor, tx: Transaction): Promise<boolean> {
  const found = await tx
    .select({ userId: users.userId })
    .from(users)
    .where(and(eq(users.userId, userId), isNull(users.erasingSince)))
    .for("share");
  return found.length > 0;
}

/** Every user that is not being erased, a page at a time, for work in the background. */
export async function* allUsers(db: Database): AsyncGenerator<Actor> {
  let after = "";
  while (true) {
    const page = await db
      .select({ userId: users.userId })
      .from(users)
      .where(and(gt(users.userId, after), isNull(users.erasingSince)))
      .orderBy(users.userId)
      .limit(PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.userId;
  }
}
