import type { ListUsersInput, UserPage } from "@keepsake/contract";
import { parseCursor, toPage } from "../platform/cursor.ts";
import type { Services } from "../platform/services.ts";
import { countUser, listUsers } from "./user-store.ts";

/** A page of users with how much there is of each: one statement a user, each on that user alone, all sent at once. */
export async function listUserPage(
  { db, flush }: Pick<Services, "db" | "flush">,
  { cursor, limit }: ListUsersInput,
): Promise<UserPage> {
  const after = parseCursor(cursor, (text) => text) ?? "";
  const { items: found, nextCursor } = toPage(await listUsers(db, after, limit), limit, ({ userId }) => userId);
  if (found.length === 0) return { items: [], nextCursor };
  const counts = await flush(Object.fromEntries(found.map((user) => [user.userId, countUser(user)])));
  const items = found.map((user) => {
    const counted = counts[user.userId];
    if (!counted) throw new Error("a user was not counted");
    return { ...user, ...counted };
  });
  return { items, nextCursor };
}
