import type { DeletedExample, DeleteExampleInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { eraseAnswers, eraseAnswersNaming } from "../platform/kept-answers.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { findIdByInteraction, removeExample } from "./example-store.ts";
import { removeExportedRows } from "./export-store.ts";
import { interactionNotFound } from "./feedback.ts";
import { exampleNotFound, getExample } from "./get-example.ts";
import { lockInteraction, removeFeedback } from "./store.ts";

/**
 * Deletes an example for good, with the feedback on its interaction and every answer that is kept for a retry and tells
 * of it. Messages stay: they are the conversation's.
 *
 * @throws DomainError `EXAMPLE_NOT_FOUND`, `INTERACTION_NOT_FOUND` when neither example nor feedback is there
 */
export async function deleteExample(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { idempotencyKey: key, ...target }: DeleteExampleInput,
): Promise<DeletedExample> {
  return writeOnce(actor, services, { key, procedure: "training.delete", input: target }, async (tx) => {
    const { id, interactionId } = target;
    if (id !== undefined) return erase(actor, tx, await toTarget(actor, tx, id));
    return eraseByInteraction(actor, tx, interactionId ?? "");
  });
}

async function toTarget(actor: Actor, tx: Transaction, id: string): Promise<DeletedExample> {
  const { interactionId } = await getExample(actor, tx, id);
  if (interactionId !== null) await lockInteraction(actor, tx, interactionId);
  return { id, interactionId };
}

async function eraseByInteraction(actor: Actor, tx: Transaction, interactionId: string): Promise<DeletedExample> {
  await lockInteraction(actor, tx, interactionId);
  return erase(actor, tx, { id: await findIdByInteraction(actor, tx, interactionId), interactionId });
}

/** Under the interaction's lock, so that no feedback comes back in between. */
async function erase(actor: Actor, tx: Transaction, target: DeletedExample): Promise<DeletedExample> {
  const { id, interactionId } = target;
  // The row first, then what exports have noted of it: the order in which they are marked.
  if (id !== null && !(await removeExample(actor, tx, id))) throw exampleNotFound();
  if (id !== null) await removeExportedRows(actor, tx, id);
  const hadFeedback = interactionId !== null && (await removeFeedback(actor, tx, interactionId));
  if (id === null && !hadFeedback) throw interactionNotFound();
  if (id !== null) await eraseAnswers(actor, tx, [id]);
  if (interactionId !== null) {
    await eraseAnswersNaming(actor, tx, { router: "training", field: "interactionId", values: [interactionId] });
  }
  return target;
}
