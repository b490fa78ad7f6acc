import { sql } from "drizzle-orm";
import { bigint, boolean, check, customType, pgTable, uuid } from "drizzle-orm/pg-core";
import { moment, now } from "./columns.ts";

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** What there is once a database: exactly one row, made by the first server that opens it. Global. */
export const installation = pgTable(
  "installation",
  {
    /** Always true, so that a second row has no place. */
    singleton: boolean("singleton").primaryKey().default(true),
    id: uuid("id").notNull(),
    createdAt: moment("created_at").notNull().default(now),
    /** 32 random bytes: the key under which the tokens' secrets are hashed. */
    tokenKey: bytes("token_key").notNull(),
    /**
     * One more with every token that is made, revoked or replaced: by it the servers notice, and above 0 they ask for a
     * token for good.
     */
    tokensVersion: bigint("tokens_version", { mode: "number" }).notNull().default(0),
  },
  () => [check("installation_singleton_check", sql`singleton`)],
);
