import type { ListTokensInput, TokenPage } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { parseCursor, toPage } from "../platform/cursor.ts";
import { listTokens, type TokenPlace } from "./token-store.ts";

/** A page of tokens, newest first, those that are good for nothing any more among them. */
export async function listTokenPage(db: Queryable, { cursor, limit }: ListTokensInput): Promise<TokenPage> {
  const found = await listTokens(db, parseCursor(cursor, toPlace), limit);
  return toPage(found, limit, ({ createdAt, id }) => `${createdAt.toISOString()}_${id}`);
}

function toPlace(cursor: string): TokenPlace | null {
  const [, time = "", id = ""] = /^([\dT:.-]{23}Z)_([0-9a-z]{8})$/.exec(cursor) ?? [];
  const createdAt = new Date(time);
  return Number.isNaN(createdAt.getTime()) ? null : { createdAt, id };
}
