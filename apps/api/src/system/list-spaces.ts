import type { SpaceList } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { embeddingSpaces } from "@keepsake/db/schema";
import { desc } from "drizzle-orm";

/** The embedding spaces that this database has had, newest first; there is one a model and length. */
export async function listSpaces(db: Queryable): Promise<SpaceList> {
  return { items: await db.select().from(embeddingSpaces).orderBy(desc(embeddingSpaces.id)) };
}
