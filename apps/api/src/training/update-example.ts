import type { TrainingExample, UpdateExampleInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { eraseAnswers, eraseAnswersNaming } from "../platform/kept-answers.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { changeExample, lockVersion } from "./example-store.ts";
import { exampleNotFound, getExample } from "./get-example.ts";
import { lockInteraction, putFeedback, removeFeedback } from "./store.ts";

/**
 * Changes an example; from then on it counts as not exported. A changed score or comment is also what was said of its
 * interaction, so that nothing of the old one stays.
 *
 * @throws DomainError `EXAMPLE_NOT_FOUND`, `VERSION_CONFLICT`
 */
export async function updateExample(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { idempotencyKey: key, ...change }: UpdateExampleInput,
): Promise<TrainingExample> {
  return writeOnce(actor, services, { key, procedure: "training.update", input: change }, (tx) =>
    revise(actor, tx, change),
  );
}

async function revise(actor: Actor, tx: Transaction, input: UpdateExampleInput): Promise<TrainingExample> {
  const { id, expectedVersion, ...change } = input;
  const { interactionId } = await getExample(actor, tx, id);
  // The interaction first, then the row: the order of every other call that needs both.
  if (interactionId !== null) await lockInteraction(actor, tx, interactionId);
  assertVersion(await lockVersion(actor, tx, id), expectedVersion);
  const example = await changeExample(actor, tx, id, change);
  if ("feedbackScore" in change || "comment" in change) await followInFeedback(actor, tx, example);
  if (change.comment === null) await eraseWhatWasSaid(actor, tx, example);
  return example;
}

function assertVersion(version: number | null, expected: number | undefined): void {
  if (version === null) throw exampleNotFound();
  if (expected === undefined || expected === version) return;
  throw new DomainError(
    "VERSION_CONFLICT",
    `The example is at version ${version}, not ${expected}: read it again and repeat the change.`,
  );
}

/** A comment that is cleared stays in no answer of before either. */
async function eraseWhatWasSaid(actor: Actor, tx: Transaction, { id, interactionId }: TrainingExample): Promise<void> {
  await eraseAnswers(actor, tx, [id]);
  if (interactionId === null) return;
  await eraseAnswersNaming(actor, tx, { router: "training", field: "interactionId", values: [interactionId] });
}

async function followInFeedback(actor: Actor, tx: Transaction, example: TrainingExample): Promise<void> {
  const { interactionId, feedbackScore: score, comment } = example;
  if (interactionId === null) return;
  if (score === null) await removeFeedback(actor, tx, interactionId);
  else await putFeedback(actor, tx, { interactionId, score, ...(comment !== null && { comment }) });
}
