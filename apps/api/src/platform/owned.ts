import { type AnyColumn, eq, type SQL } from "drizzle-orm";
import type { Actor } from "./actor.ts";

/**
 * The only way to a user's rows: every statement on a user table carries this equality. The test suite records all
 * statements and fails on one without it.
 */
export function ownedBy(actor: Actor, table: { readonly userId: AnyColumn }): SQL {
  return eq(table.userId, actor.userId);
}
