import * as schema from "@keepsake/db/schema";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";

/** The registry of users: background work walks it, and it holds nothing that anybody said. */
const REGISTRY = "users";

/** Tables whose rows belong to a user: all that have the column `user_id`, so that a new one is among them. */
export const USER_TABLES: ReadonlySet<string> = new Set(
  Object.values(schema)
    .filter((table) => is(table, PgTable))
    .map((table) => getTableConfig(table))
    .filter(({ columns }) => columns.some(({ name }) => name === "user_id"))
    .map(({ name }) => name)
    .filter((name) => name !== REGISTRY),
);
