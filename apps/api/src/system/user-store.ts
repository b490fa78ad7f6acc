import type { KnownUser } from "@keepsake/contract";
import type { Queryable, Statement } from "@keepsake/db";
import { auditLog, knowledge, sessions, users } from "@keepsake/db/schema";
import { and, gt, ne, sql } from "drizzle-orm";
import { SERVER_USER_ID } from "../platform/actor.ts";

/** A user's entry in the register. */
export type RegisteredUser = Pick<KnownUser, "userId" | "createdAt" | "erasingSince">;

/** In the order of their ids, one more than `limit` where there are more. */
export async function listUsers(db: Queryable, after: string, limit: number): Promise<RegisteredUser[]> {
  const { userId, createdAt, erasingSince } = users;
  return db
    .select({ userId, createdAt, erasingSince })
    .from(users)
    .where(and(gt(userId, after), ne(userId, SERVER_USER_ID)))
    .orderBy(userId)
    .limit(limit + 1);
}

/** How much there is of one user. */
export type UserCounts = Pick<KnownUser, "memories" | "messages" | "sessions" | "lastActiveAt">;

/**
 * Counts a user's things. Sessions know how many messages they have, and the last thing written stands at the end of its
 * trail, so that only memories are counted one by one.
 */
export function countUser({ userId }: Pick<KnownUser, "userId">): Statement<UserCounts> {
  const query = sql`
    select
      (select count(*) from ${knowledge} where ${knowledge.userId} = ${userId} and ${knowledge.forgottenAt} is null) as memories,
      said.sessions, said.messages,
      greatest(said.last, (
        select ${auditLog.at} from ${auditLog} where ${auditLog.userId} = ${userId} order by ${auditLog.id} desc limit 1
      )) as last
    from (
      select count(*) as sessions, coalesce(sum(${sessions.messages}), 0) as messages, max(${sessions.lastMessageAt}) as last
      from ${sessions} where ${sessions.userId} = ${userId}
    ) said`;
  return {
    query,
    read: ([row]) => ({
      memories: Number(row?.["memories"]),
      messages: Number(row?.["messages"]),
      sessions: Number(row?.["sessions"]),
      lastActiveAt: row?.["last"] ? new Date(row["last"] as string) : null,
    }),
  };
}
