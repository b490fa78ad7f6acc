import type { NotCachedReason, StoreAnswerInput, StoredAnswer } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import type { Services, Settings } from "../platform/services.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { isCommand } from "./command-text.ts";
import { embedQuestion } from "./embed-questions.ts";
import { type AnswerDraft, putAnswer } from "./entry-store.ts";
import { isNeverKept } from "./never-intents.ts";
import { questionKey } from "./question-key.ts";
import { makeRoom } from "./room-store.ts";
import { lockMemories, lockPreferences } from "./source-store.ts";
import { areUnchanged, itemsOf, type NamedSources, toNamedSources } from "./sources.ts";
import { lockCache } from "./store.ts";

type Answer = Omit<StoreAnswerInput, "idempotencyKey">;

/**
 * Keeps an answer in the place of an earlier one to the same question, or says why not. It never outlives a memory that
 * it was made from.
 */
export async function keepAnswer(actor: Actor, services: Services, input: StoreAnswerInput): Promise<StoredAnswer> {
  const { idempotencyKey: key, ...answer } = input;
  const stored = await writeOnce(actor, services, { key, procedure: "cache.store", input: answer }, (tx) =>
    keepAnswerIn(actor, tx, services.settings, answer),
  );
  if (stored.cached) embedQuestion(actor, services, { id: stored.id, text: answer.text });
  return stored;
}

/** As {@link keepAnswer}, as a part of a transaction. It is to be the last thing in it that may have to wait. */
export async function keepAnswerIn(
  actor: Actor,
  tx: Transaction,
  settings: Settings,
  answer: Answer,
): Promise<StoredAnswer> {
  const refusal = findRefusal(answer, settings);
  if (refusal) return { cached: false, reason: refusal };
  await ensureUser(actor, tx);
  const sources = await lockSources(actor, tx, toNamedSources(answer.dependsOn));
  if (!sources) return { cached: false, reason: "dependency_changed" };
  await lockCache(actor, tx);
  const draft = toDraft(actor, settings, answer, sources);
  const { isNew, ...times } = await putAnswer(actor, tx, draft);
  await makeRoom(actor, tx, { added: isNew ? 1 : 0, entriesMax: settings.cacheEntriesMax });
  return { cached: true, id: draft.id, key: draft.key, ...times };
}

function findRefusal({ text, intent }: Answer, { cacheNeverIntents }: Settings): NotCachedReason | null {
  if (intent !== undefined && isNeverKept(intent, cacheNeverIntents)) return "never_intent";
  return isCommand(text) ? "command" : null;
}

/** What an answer was made from, and when the first of it stops being true; null when nobody said. */
type LockedSources = Pick<AnswerDraft, "sources" | "until">;

/**
 * The sources as they are, locked: who changes one at the same time waits, and then finds this answer and takes it out.
 * Unlocked, an answer made from version 1 could slip in behind the change to version 2.
 *
 * @returns null when one is gone, or is another version by now
 */
async function lockSources(actor: Actor, tx: Transaction, named: NamedSources): Promise<LockedSources | null> {
  const sources = { memories: itemsOf(named.memories), preferences: itemsOf(named.preferences) };
  const memories = await lockMemories(actor, tx, sources.memories);
  const preferences = await lockPreferences(actor, tx, sources.preferences);
  if (!areUnchanged(named.memories, memories) || !areUnchanged(named.preferences, preferences)) return null;
  const endsMs = memories.flatMap(({ until }) => until?.getTime() ?? []);
  return { sources, until: endsMs.length === 0 ? null : new Date(Math.min(...endsMs)) };
}

function toDraft(actor: Actor, settings: Settings, answer: Answer, sources: LockedSources): AnswerDraft {
  const { text, response, language = null, tags = [], metadata = null, generationMs = null } = answer;
  const ttlSeconds = answer.ttlSeconds ?? settings.cacheTtlSeconds;
  const key = questionKey(actor, answer);
  return { id: uuidv7(), key, text, response, language, tags, metadata, generationMs, ttlSeconds, ...sources };
}
