import type { DatabaseHandle, Transaction } from "@keepsake/db";
import { embeddingSpaces } from "@keepsake/db/schema";
import type { EmbeddingSpaceDescription } from "@keepsake/embeddings";
import { and, eq, ne, sql } from "drizzle-orm";
import type { Logger } from "./logger.ts";

/** The space that this installation's vectors are made in now. */
export interface EmbeddingSpace extends EmbeddingSpaceDescription {
  readonly id: number;
  /** This start made it the active one in place of another: what the other model refused is tried again. */
  readonly replacesAnother: boolean;
}

/** Serialises servers that start together; any constant of our own does. */
const SPACE_LOCK = 7_303_014_321;

/** HNSW's parameters: pgvector's defaults, which hold recall@10 at 0.975 for 100,000 rows with ef_search 100. */
const HNSW = { m: 16, efConstruction: 64 };

/**
 * Makes the configured space the active one, new if need be. Vectors of another space stay where they are and are
 * never compared with its own; `memory/backfill.ts` fills what is missing.
 */
export async function activateSpace(
  handle: DatabaseHandle,
  wanted: EmbeddingSpaceDescription,
  logger: Logger,
): Promise<EmbeddingSpace> {
  return handle.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SPACE_LOCK})`);
    const replacesAnother = await retireOthers(tx, wanted, logger);
    const space = { ...(await upsertActive(tx, wanted)), replacesAnother };
    if (handle.home === "server") await ensureIndex(tx, space);
    return space;
  });
}

const described = (space: EmbeddingSpaceDescription) =>
  and(
    eq(embeddingSpaces.model, space.model),
    eq(embeddingSpaces.dimensions, space.dimensions),
    eq(embeddingSpaces.recipe, space.recipe),
  );

async function retireOthers(tx: Transaction, wanted: EmbeddingSpaceDescription, logger: Logger): Promise<boolean> {
  const retired = await tx
    .update(embeddingSpaces)
    .set({ state: "retired" })
    .where(and(eq(embeddingSpaces.state, "active"), sql`not (${described(wanted)})`))
    .returning({ model: embeddingSpaces.model, dimensions: embeddingSpaces.dimensions });
  for (const old of retired) logger.warn({ old, wanted }, "the embedding model changed: all memories get new vectors");
  return retired.length > 0;
}

async function upsertActive(tx: Transaction, wanted: EmbeddingSpaceDescription) {
  const { model, dimensions, recipe } = wanted;
  await tx.insert(embeddingSpaces).values({ model, dimensions, recipe, state: "retired" }).onConflictDoNothing();
  await tx
    .update(embeddingSpaces)
    .set({ state: "active", activatedAt: sql`now()` })
    .where(and(described(wanted), ne(embeddingSpaces.state, "active")));
  const [space] = await tx.select({ id: embeddingSpaces.id }).from(embeddingSpaces).where(described(wanted));
  if (!space) throw new Error("the embedding space was not stored");
  return { id: space.id, model, dimensions, recipe };
}

/** Made while the space is empty, which takes no time. The embedded home has none: it searches exactly. */
async function ensureIndex(tx: Transaction, space: Pick<EmbeddingSpace, "id" | "dimensions">): Promise<void> {
  await tx.execute(
    sql.raw(`create index if not exists embeddings_space_${space.id}_hnsw_idx on embeddings
      using hnsw ((embedding::vector(${space.dimensions})) vector_cosine_ops)
      with (m = ${HNSW.m}, ef_construction = ${HNSW.efConstruction}) where space_id = ${space.id}`),
  );
}
