import { type DatabaseHandle, type Transaction, toDatabase } from "@keepsake/db";
import { embeddingSpaces, embeddings } from "@keepsake/db/schema";
import type { EmbedderHealth, EmbeddingSpaceDescription } from "@keepsake/embeddings";
import { and, eq, ne, sql } from "drizzle-orm";
import type { Logger } from "./logger.ts";
import { nameByWeights } from "./model-weights.ts";

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
 * never compared with its own; `embedding-backfill.ts` fills what is missing.
 *
 * @param health names the model's weights, where Ollama can be asked
 */
export async function activateSpace(
  handle: DatabaseHandle,
  described: EmbeddingSpaceDescription,
  health: EmbedderHealth,
  logger: Logger,
): Promise<EmbeddingSpace> {
  // A session of its own, that no lane gives up: after a restore the indexes are built anew here, which takes minutes.
  await using session = handle.openSession();
  return await toDatabase(session.sql).transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SPACE_LOCK})`);
    const wanted = await nameByWeights(tx, described, health);
    const replacesAnother = await retireOthers(tx, wanted, logger);
    const space = { ...(await upsertActive(tx, wanted)), replacesAnother };
    if (handle.home === "server") await ensureIndexes(tx, space);
    return space;
  });
}

const isDescribed = (space: EmbeddingSpaceDescription) =>
  and(
    eq(embeddingSpaces.model, space.model),
    eq(embeddingSpaces.dimensions, space.dimensions),
    eq(embeddingSpaces.recipe, space.recipe),
  );

async function retireOthers(tx: Transaction, wanted: EmbeddingSpaceDescription, logger: Logger): Promise<boolean> {
  const retired = await tx
    .update(embeddingSpaces)
    .set({ state: "retired" })
    .where(and(eq(embeddingSpaces.state, "active"), sql`not (${isDescribed(wanted)})`))
    .returning({ model: embeddingSpaces.model, dimensions: embeddingSpaces.dimensions });
  for (const old of retired) logger.warn({ old, wanted }, "the embedding model changed: everything gets new vectors");
  return retired.length > 0;
}

async function upsertActive(tx: Transaction, wanted: EmbeddingSpaceDescription) {
  const { model, dimensions, recipe } = wanted;
  await tx.insert(embeddingSpaces).values({ model, dimensions, recipe, state: "retired" }).onConflictDoNothing();
  await tx
    .update(embeddingSpaces)
    .set({ state: "active", activatedAt: sql`now()` })
    .where(and(isDescribed(wanted), ne(embeddingSpaces.state, "active")));
  const [space] = await tx.select({ id: embeddingSpaces.id }).from(embeddingSpaces).where(isDescribed(wanted));
  if (!space) throw new Error("the embedding space was not stored");
  return { id: space.id, model, dimensions, recipe };
}

/**
 * One index a kind, since a search for memories would lose itself among a hundred times as many messages. Made while
 * the space is empty, which takes no time, or after a restore, which filled it without them. The embedded home has none:
 * it searches exactly.
 */
async function ensureIndexes(tx: Transaction, { id, dimensions }: Pick<EmbeddingSpace, "id" | "dimensions">) {
  // Filled spaces of before have one index for all kinds, and building theirs takes a while.
  await tx.execute(sql`set local statement_timeout = 0`);
  await tx.execute(sql.raw(`drop index if exists embeddings_space_${id}_hnsw_idx`));
  for (const itemType of embeddings.itemType.enumValues) {
    await tx.execute(
      sql.raw(`create index if not exists embeddings_space_${id}_${itemType}_hnsw_idx on embeddings
        using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops)
        with (m = ${HNSW.m}, ef_construction = ${HNSW.efConstruction})
        where space_id = ${id} and item_type = '${itemType}'`),
    );
  }
}
