import type { AddExampleInput, TrainingExample } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services } from "../platform/services.ts";
import { assertTells } from "../platform/tells.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { addExample, type ExampleDraft } from "./example-store.ts";
import { findFeedback, lockInteraction } from "./store.ts";

/**
 * Adds an example that was made elsewhere. Feedback that waits for its interaction is put on it, where the caller says
 * nothing else.
 *
 * @throws DomainError `CONTENT_EXISTS` when the interaction has an example already, `INVALID_INPUT` for an instruction that
 *   the user has not said
 */
export async function addTrainingExample(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { idempotencyKey: key, ...input }: AddExampleInput,
): Promise<TrainingExample> {
  const procedure = "training.add";
  await assertTells(actor, services, procedure, toTexts(input));
  return writeOnce(actor, services, { key, procedure, input }, (tx) => store(actor, tx, { ...input, id: uuidv7() }));
}

/** What a model would be trained on. */
const TEXTS = ["inputText", "outputText", "correctedText", "comment"] as const;
const toTexts = ({ origin, ...fields }: AddExampleInput) =>
  TEXTS.map((path) => ({ path, origin, content: fields[path] ?? undefined }));

async function store(actor: Actor, tx: Transaction, draft: ExampleDraft): Promise<TrainingExample> {
  await ensureUser(actor, tx);
  if (typeof draft.interactionId === "string") await lockInteraction(actor, tx, draft.interactionId);
  const example = await addExample(actor, tx, await withFeedback(actor, tx, draft));
  if (example) return example;
  throw new DomainError("CONTENT_EXISTS", "This interaction has a training example already: change that one.");
}

async function withFeedback(actor: Actor, tx: Transaction, draft: ExampleDraft): Promise<ExampleDraft> {
  const feedback = typeof draft.interactionId === "string" && (await findFeedback(actor, tx, draft.interactionId));
  if (!feedback) return draft;
  const { score: feedbackScore, comment, interactionType, exampleId } = feedback;
  return { feedbackScore, comment, interactionType, ...draft, id: exampleId ?? draft.id };
}
