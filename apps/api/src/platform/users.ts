import type { Database, Transaction } from "@keepsake/db";
import { users } from "@keepsake/db/schema";
import { gt } from "drizzle-orm";
import type { Actor } from "./actor.ts";

const PAGE_ROWS = 500;

/** Brings the user into being; a user's first write does. */
export async function ensureUser(actor: Actor, tx: Transaction): Promise<void> {
  await tx.insert(users).values({ userId: actor.userId }).onConflictDoNothing();
}

/** Every user there is, a page at a time, for work in the background. */
export async function* allUsers(db: Database): AsyncGenerator<Actor> {
  let after = "";
  while (true) {
    const page = await db
      .select({ userId: users.userId })
      .from(users)
      .where(gt(users.userId, after))
      .orderBy(users.userId)
      .limit(PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.userId;
  }
}
