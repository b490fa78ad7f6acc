import { conversations } from "@keepsake/db/schema";
import { and, eq, gte, lt, ne, or, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import type { MessageFilters } from "./message-search.ts";
import { isSpoken } from "./spoken.ts";

/** The user's messages that take part in a search: the lines of talks, and those of the role that was asked for. */
export function linesOf(actor: Actor, { role }: MessageFilters): SQL {
  const isLine = role === undefined ? isSpoken : or(isSpoken, eq(conversations.role, role));
  return and(ownedBy(actor, conversations), isLine) ?? sql`false`;
}

/** Those lines that are of the sessions and the time that were asked for. */
export function linesInScope(actor: Actor, filters: MessageFilters): SQL {
  const { sessionId, exceptSessionId, createdAfter, createdBefore } = filters;
  const conditions = [
    linesOf(actor, filters),
    sessionId !== undefined && eq(conversations.sessionId, sessionId),
    exceptSessionId !== undefined && ne(conversations.sessionId, exceptSessionId),
    createdAfter && gte(conversations.createdAt, createdAfter),
    createdBefore && lt(conversations.createdAt, createdBefore),
  ];
  return and(...conditions.filter((condition) => typeof condition === "object")) ?? sql`true`;
}

/** Those that may be hits. */
export function hitsInScope(actor: Actor, filters: MessageFilters): SQL {
  const { role } = filters;
  return and(linesInScope(actor, filters), role && eq(conversations.role, role)) ?? sql`true`;
}
