import { EmbeddingError } from "@keepsake/embeddings";
import type { Actor } from "../platform/actor.ts";
import { queryVector } from "../platform/query-vector.ts";
import type { Embeddings, Services } from "../platform/services.ts";
import { toVectorText } from "../platform/vectors.ts";
import { listUnembedded, putQuestionVector } from "./similar-store.ts";

/** Nobody waits for these vectors: the model may take its time. */
const TIMEOUT_MS = 30_000;
const BATCH_ROWS = 50;

/** What is needed to find questions of the same meaning; null when that is switched off or there is no model. */
const semanticSpace = ({ embeddings, settings }: Pick<Services, "embeddings" | "settings">) =>
  settings.cacheSemantic ? (embeddings?.space ?? null) : null;

/**
 * Makes the vector of a question that was just kept. The caller of the keeping does not wait for it; what fails here the
 * next sweep makes good. Never rejects.
 */
export function embedQuestion(
  actor: Actor,
  services: Services,
  question: { readonly id: string; readonly text: string },
): void {
  if (!semanticSpace(services) || services.pendingWrites.isFull) return;
  const making = makeVector(actor, services, question).catch((error: unknown) =>
    services.failures.tellOfWork(error, "a question's vector was not stored"),
  );
  services.pendingWrites.add(actor, `question ${question.id}`, making);
}

/**
 * Makes the vectors that a user's questions lack. One that the model refuses costs the others nothing.
 *
 * @returns how many were made; fewer than are lacking when the model cannot be had
 */
export async function embedQuestionsOf(actor: Actor, services: Services, signal: AbortSignal): Promise<number> {
  const { embeddings, db } = services;
  const space = semanticSpace(services);
  if (!space || !embeddings) return 0;
  let made = 0;
  let after: string | null = null;
  do {
    const questions = await listUnembedded(actor, db, space, { after, limit: BATCH_ROWS });
    after = questions.length < BATCH_ROWS ? null : (questions.at(-1)?.id ?? null);
    if (questions.length === 0 || embeddings.seen.hasOtherWeights) break;
    const results = await vectorsOf(embeddings, questions, signal);
    if (results === null) break;
    for (const [index, { id }] of questions.entries()) {
      const result = results[index];
      if (!result || "error" in result) continue;
      await putQuestionVector(actor, db, space, { id, vector: toVectorText(result.vector) });
      made += 1;
    }
  } while (after !== null && !signal.aborted);
  return made;
}

/** @returns one result a question, in order; null when the model cannot be had */
async function vectorsOf(
  { documents }: Embeddings,
  questions: readonly { readonly text: string }[],
  signal: AbortSignal,
) {
  const texts = questions.map(({ text }) => text);
  try {
    return await documents.embedEach(texts, "query", { timeoutMs: TIMEOUT_MS, signal });
  } catch (error) {
    if (error instanceof EmbeddingError) return null;
    throw error;
  }
}

/** Nothing is stored when the model cannot be had. */
async function makeVector(
  actor: Actor,
  services: Services,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<void> {
  const space = semanticSpace(services);
  const vector = space && (await queryVector(services, text, TIMEOUT_MS));
  if (space && vector !== null) await putQuestionVector(actor, services.db, space, { id, vector });
}
