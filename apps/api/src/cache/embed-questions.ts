import type { Actor } from "../platform/actor.ts";
import { queryVector } from "../platform/query-vector.ts";
import type { Services } from "../platform/services.ts";
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
  const making = makeVector(actor, services, question).then(
    () => {},
    (error: unknown) => services.failures.tellOfWork(error, "a question's vector was not stored"),
  );
  services.pendingWrites.add(actor, `question ${question.id}`, making);
}

/** Makes the vectors that a user's questions lack, a batch at most. @returns how many were made */
export async function embedQuestionsOf(actor: Actor, services: Services): Promise<number> {
  const space = semanticSpace(services);
  if (!space) return 0;
  let made = 0;
  for (const question of await listUnembedded(actor, services.db, space, BATCH_ROWS)) {
    if (!(await makeVector(actor, services, question))) break;
    made += 1;
  }
  return made;
}

/** @returns false when the model cannot be had */
async function makeVector(
  actor: Actor,
  services: Services,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<boolean> {
  const space = semanticSpace(services);
  const vector = space && (await queryVector(services, text, TIMEOUT_MS));
  if (!space || vector === null) return false;
  await putQuestionVector(actor, services.db, space, { id, vector });
  return true;
}
