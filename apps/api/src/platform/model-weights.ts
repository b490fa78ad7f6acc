import type { Transaction } from "@keepsake/db";
import { embeddingSpaces } from "@keepsake/db/schema";
import type { EmbedderHealth, EmbeddingSpaceDescription } from "@keepsake/embeddings";
import { and, eq } from "drizzle-orm";

/** Enough of a digest to tell weights apart. */
const DIGEST_CHARS = 12;
const MARK = "@";

/** What a person is told when the weights are others than the vectors were made with. */
export const OTHER_WEIGHTS =
  "The model was pulled again with other weights than the vectors were made with: restart Keepsake, and everything gets new vectors.";

/** The weights that a space's vectors were made with, as its recipe names them; null where they were never seen. */
export const weightsOf = (recipe: string): string | null => recipe.split(MARK)[1] ?? null;

/**
 * Names a space by the model's weights too: a model that was pulled again under its name makes other vectors, which must
 * never be compared with the old ones. Where Ollama cannot say what it has, the weights are taken to be those of before:
 * a question that fails is no change.
 *
 * A space of before weights were noted is taken to be of the first ones that are seen.
 */
export async function nameByWeights(
  tx: Transaction,
  wanted: EmbeddingSpaceDescription,
  { modelDigest }: Pick<EmbedderHealth, "modelDigest">,
): Promise<EmbeddingSpaceDescription> {
  const { model, dimensions, recipe } = wanted;
  const ofModel = and(eq(embeddingSpaces.model, model), eq(embeddingSpaces.dimensions, dimensions));
  const spaces = await tx.select().from(embeddingSpaces).where(ofModel);
  const known = spaces.filter((space) => space.recipe.split(MARK)[0] === recipe);
  if (modelDigest === undefined) {
    return { ...wanted, recipe: known.find(({ state }) => state === "active")?.recipe ?? recipe };
  }
  const named = `${recipe}${MARK}${modelDigest.slice(0, DIGEST_CHARS)}`;
  const unnamed = known.find((space) => space.recipe === recipe);
  if (unnamed && !known.some((space) => space.recipe === named)) {
    await tx.update(embeddingSpaces).set({ recipe: named }).where(eq(embeddingSpaces.id, unnamed.id));
  }
  return { ...wanted, recipe: named };
}

/** Whether the model has, by its own word, other weights than the space's. */
export function hasOtherWeights({ recipe }: EmbeddingSpaceDescription, { modelDigest }: EmbedderHealth): boolean {
  const recorded = weightsOf(recipe);
  return recorded !== null && modelDigest !== undefined && !modelDigest.startsWith(recorded);
}
