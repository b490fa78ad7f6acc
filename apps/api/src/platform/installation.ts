import { randomBytes } from "node:crypto";
import type { Database } from "@keepsake/db";
import { installation } from "@keepsake/db/schema";
import { v7 as uuidv7 } from "uuid";

const TOKEN_KEY_BYTES = 32;

/** What there is once a database. */
export interface Installation {
  readonly id: string;
  /** The key of the tokens' hashes. */
  readonly tokenKey: Uint8Array;
}

/** Reads the installation, and makes it when there is none: of several servers that start at once, one does. */
export async function openInstallation(db: Database): Promise<Installation> {
  await db
    .insert(installation)
    .values({ id: uuidv7(), tokenKey: randomBytes(TOKEN_KEY_BYTES) })
    .onConflictDoNothing();
  const [row] = await db.select({ id: installation.id, tokenKey: installation.tokenKey }).from(installation);
  if (!row) throw new Error("the installation has no row");
  return row;
}
