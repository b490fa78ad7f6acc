import type { CorrectedTurn, CorrectTurnInput, Message } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { questionKey } from "../cache/question-key.ts";
import { evictAnswer } from "../cache/store.ts";
import { lockMemory } from "../memory/store.ts";
import { rememberSuccessor } from "../memory/supersede.ts";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { assertTells } from "../platform/tells.ts";
import { writeOnce } from "../platform/write-once.ts";
import { toLearnedTexts } from "../preferences/learned-texts.ts";
import { putPreference } from "../preferences/set-preference.ts";
import { lockPreference } from "../preferences/store.ts";
import { putCorrection } from "../training/store.ts";
import { interactionNotFound } from "./complete.ts";
import { findInInteraction, lockInteraction } from "./store.ts";

type Correction = Omit<CorrectTurnInput, "idempotencyKey">;

const PROCEDURE = "conversation.correct";

/** Concluded from what a person said, which is nearly as good as being told. */
const CONFIDENCE = 0.9;

/**
 * Learns from "no, I meant …", all or nothing: the answer that was wrong is given no more, what should have been said
 * becomes a training pair, the memory that misled is superseded and the preference is set.
 *
 * @throws DomainError `INTERACTION_NOT_FOUND`, `MEMORY_NOT_FOUND` for an unknown `remember.supersedes`, `TRUST_TOO_LOW`,
 *   `INVALID_INPUT` for an instruction to a model in what nobody said
 */
export async function correctTurn(actor: Actor, services: Services, input: CorrectTurnInput): Promise<CorrectedTurn> {
  const { idempotencyKey: key, ...correction } = input;
  const said = correction.remember;
  if (said) await assertTells(actor, services, PROCEDURE, [{ ...said, origin: said.origin, path: "remember.content" }]);
  const learned = correction.preference;
  if (learned) await assertTells(actor, services, PROCEDURE, toLearnedTexts(learned, "preference."));
  return writeOnce(actor, services, { key, procedure: PROCEDURE, input: correction }, (tx) =>
    correct(actor, tx, services, correction),
  );
}

async function correct(
  actor: Actor,
  tx: Transaction,
  services: Services,
  correction: Correction,
): Promise<CorrectedTurn> {
  const { interactionId, text, remember, preference } = correction;
  const begun = await lockInteraction(actor, tx, interactionId);
  const question = await findInInteraction(actor, tx, interactionId, { role: "user" });
  if (!question) throw interactionNotFound();
  // Before the cache: see the order of locks in cache/store.ts.
  await lockSources(actor, tx, correction);
  const exampleId = text === undefined ? null : await keepPair(actor, tx, question, text);
  const memory = remember ? await rememberSuccessor(actor, tx, services, remember, interactionId) : null;
  const set = preference ? await learnPreference(actor, tx, preference) : null;
  const key = begun?.queryHash ?? questionKey(actor, toQuestion(question));
  const evicted = await evictAnswer(actor, tx, { key, id: begun?.cacheId ?? null });
  return {
    interactionId,
    exampleId,
    evicted,
    memory,
    preference: set && { key: set.key, version: set.version, applied: set.applied },
  };
}

const toQuestion = ({ content: text, language }: Message) => (language === null ? { text } : { text, language });

async function lockSources(actor: Actor, tx: Transaction, { remember, preference }: Correction): Promise<void> {
  if (remember?.supersedes !== undefined) await lockMemory(actor, tx, remember.supersedes);
  if (preference) await lockPreference(actor, tx, preference.key);
}

/** Nothing was answered: there is nothing that the corrected text would be better than. */
async function keepPair(
  actor: Actor,
  tx: Transaction,
  question: Message,
  correctedText: string,
): Promise<string | null> {
  const { interactionId, content: inputText, language } = question;
  const answer = await findInInteraction(actor, tx, interactionId, { role: "assistant", isLast: true });
  if (!answer) return null;
  return putCorrection(actor, tx, { interactionId, inputText, outputText: answer.content, correctedText, language });
}

async function learnPreference(
  actor: Actor,
  tx: Transaction,
  { key, value, category }: NonNullable<Correction["preference"]>,
) {
  return putPreference(actor, tx, {
    key,
    value,
    mode: "replace",
    origin: "learned",
    confidence: CONFIDENCE,
    ...(category !== undefined && { category }),
  });
}
