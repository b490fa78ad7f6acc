import type { Queryable } from "@keepsake/db";
import { sql } from "drizzle-orm";

/**
 * The database's time, which judges what has ended: a server whose own clock is ahead would let it go on meanwhile. In a
 * transaction it is the time of its beginning.
 */
export async function readNow(db: Queryable): Promise<Date> {
  const [row] = await db.execute<{ now: Date }>(sql`select now()`);
  if (!row) throw new Error("the database told no time");
  return row.now;
}
