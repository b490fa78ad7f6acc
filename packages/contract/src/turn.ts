import { z } from "zod";
import { NotCachedReason } from "./cache.ts";
import { Message } from "./conversation.ts";
import { filledText, Id, IdempotencyKey, Intent, InteractionId, Language, SessionId, Timestamp } from "./fields.ts";
import { type Json, Metadata } from "./json.ts";
import * as limits from "./limits.ts";
import { AddedMemory, MemoryOrigin, NewMemory } from "./memory.ts";
import { PreferenceKey, PreferenceValue } from "./preferences.ts";
import { TextWarnings } from "./text-warnings.ts";

/** How far `begin` may go for an answer of before: not at all, for the same question, or for one of the same meaning. */
export const CacheUse = z.enum(["off", "exact", "semantic"]);
export type CacheUse = z.infer<typeof CacheUse>;

/**
 * What a turn had to do without. `embeddings`: found by words alone, as always without a model. `context`: the budget ran out before the memories
 * were there. `save_pending`: the message is being saved still. `join`: an equal question under way took too long.
 */
export const TurnDegraded = z.array(z.enum(["embeddings", "context", "save_pending", "join"]));
export type TurnDegraded = z.infer<typeof TurnDegraded>;

export const BeginTurnInput = z.strictObject({
  sessionId: SessionId,
  /** What the user said. */
  text: filledText(limits.CONTENT_CHARS_MAX),
  language: Language.exactOptional(),
  intent: Intent.exactOptional(),
  /** `semantic` when the server has it switched on, else `exact`, unless named. */
  cache: CacheUse.exactOptional(),
  /**
   * Waits so long for an equal question that is under way, by any gateway, instead of asking the model a second time;
   * milliseconds, 0 unless named.
   */
  joinMs: z.int().min(0).max(limits.TURN_JOIN_MS_MAX).default(0),
  /** Answers after so long with what is there, milliseconds; what is missing is named in `degraded`. */
  budgetMs: z
    .int()
    .min(limits.TURN_BUDGET_MS_MIN)
    .max(limits.TURN_BUDGET_MS_MAX)
    .default(limits.TURN_BUDGET_MS_DEFAULT),
  /** Length of `context.system` at most, in tokens as counted at three bytes of UTF-8 each; 0 for no context. */
  tokenBudget: z.int().min(0).max(limits.TOKEN_BUDGET_MAX).default(limits.TOKEN_BUDGET_DEFAULT),
  /** Preferences for the context: keys, or beginnings of keys that end in `*`. */
  preferences: z
    .array(filledText(limits.PREFERENCE_PATTERN_CHARS_MAX))
    .max(limits.PREFERENCE_PATTERNS_MAX)
    .default(["user.*"]),
  /** The user's IANA time zone, such as `Europe/Warsaw`, for "now" and all dates of the context; UTC unless named. */
  timeZone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as "Europe/Warsaw"').exactOptional(),
  /**
   * When it was said, by the gateway's clock: a call that is slow on its way keeps its place among the others. Taken where
   * it lies within the last ten minutes; now otherwise.
   */
  createdAt: Timestamp.exactOptional(),
  /** The gateway's own id of this interaction; the server makes one otherwise. */
  interactionId: InteractionId.exactOptional(),
  metadata: Metadata.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type BeginTurnInput = z.infer<typeof BeginTurnInput>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** An answer of before, saved with the user's message already: nothing needs to be made or completed. */
export const RepeatedAnswer = z.object({
  id: z.string(),
  response: z.string(),
  match: z.enum(["exact", "semantic"]),
  /** Cosine similarity of both questions; 1 for an exact match. */
  similarity: z.number(),
  /** Why it may be given again, in a sentence for a person. */
  because: z.string(),
  createdAt: z.date(),
});
export type RepeatedAnswer = z.infer<typeof RepeatedAnswer>;

/** One thing from before that matters now. */
export const ContextMemory = z.object({
  id: z.string(),
  version: z.int(),
  content: z.string(),
  kind: z.string(),
  source: z.string().nullable(),
  origin: MemoryOrigin,
  /** 3 (the user said it) to 0 (the assistant concluded it). */
  trust: z.int(),
  /** What is noticed of its content; empty for nearly every one. */
  warnings: TextWarnings,
  score: z.number(),
  createdAt: z.date(),
});
export type ContextMemory = z.infer<typeof ContextMemory>;

/** What the model should know. The parts hold what `system` was made from, best first; `tail` is oldest first. */
export const TurnContext = z.object({
  /** Ready to be the model's system text, or a part of it. Empty when nothing is known. */
  system: z.string(),
  /** Length of `system`, counted as `tokenBudget` is. */
  tokens: z.int(),
  memories: z.array(ContextMemory),
  /** Messages of other sessions that matter now. */
  earlier: z.array(Message.extend({ score: z.number() })),
  /** What was said last in this session, without the text of this turn: give it to the model as messages. */
  tail: z.array(Message),
  preferences: z.array(z.object({ key: z.string(), value: z.custom<Json>(), version: z.int() })),
});
export type TurnContext = z.infer<typeof TurnContext>;

export const BegunTurn = z.object({
  interactionId: z.string(),
  /** Null: ask the model. */
  cached: RepeatedAnswer.nullable(),
  context: TurnContext,
  /** What the context holds, with the versions that were read: a cached answer depends on these. */
  used: z.object({
    memories: z.array(z.object({ id: z.string(), version: z.int() })),
    preferences: z.array(z.object({ key: z.string(), version: z.int() })),
  }),
  degraded: TurnDegraded,
  /** Milliseconds; null for a part that was not needed. The model's and the database's parts may overlap. */
  timings: z.object({
    totalMs: z.number(),
    embedMs: z.number().nullable(),
    databaseMs: z.number().nullable(),
  }),
});
export type BegunTurn = z.infer<typeof BegunTurn>;

const dependsOn = z
  .strictObject({
    memories: z
      .array(z.strictObject({ id: Id, version: z.int().min(1).exactOptional() }))
      .max(limits.CACHE_DEPENDENCIES_MAX)
      .exactOptional(),
    preferences: z
      .array(z.strictObject({ key: PreferenceKey, version: z.int().min(1).exactOptional() }))
      .max(limits.CACHE_DEPENDENCIES_MAX)
      .exactOptional(),
  })
  .exactOptional();

export const CompleteTurnInput = z.strictObject({
  interactionId: InteractionId,
  /** What the assistant answered. */
  text: filledText(limits.CONTENT_CHARS_MAX),
  /** Whether the answer may be given again to the same question. Never for commands or live state. */
  cacheable: z.boolean().default(false),
  ttlSeconds: z.int().min(1).max(limits.CACHE_TTL_SECONDS_MAX).exactOptional(),
  /** What the answer was made from; all that `begin` gave unless named. */
  dependsOn,
  /** How long the model took, milliseconds: what a later hit saves. */
  generationMs: z.int().min(0).max(limits.CACHE_GENERATION_MS_MAX).exactOptional(),
  /** When it was answered, for answers that come late: they keep their place. Taken as it is between the question and now. */
  createdAt: Timestamp.exactOptional(),
  metadata: Metadata.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type CompleteTurnInput = z.infer<typeof CompleteTurnInput>;

/**
 * Why an answer was not kept for the next time, besides the reasons of `cache.store`: `not_cacheable`, nobody said that
 * it may be; `live_state`, it asks how things are at this moment (told by its words where no intent is named);
 * `leans_on_talk`, only what was said before makes it a question; `context_unknown`, what it was made from is not known.
 */
export const TurnNotCachedReason = z.enum([
  ...NotCachedReason.options,
  "not_cacheable",
  "live_state",
  "leans_on_talk",
  "context_unknown",
]);
export type TurnNotCachedReason = z.infer<typeof TurnNotCachedReason>;

/** The saved answer, and whether it was cached. */
export const CompletedTurn = Message.extend({
  cached: z.discriminatedUnion("cached", [
    z.object({ cached: z.literal(true), id: z.string(), expiresAt: z.date() }),
    z.object({ cached: z.literal(false), reason: TurnNotCachedReason }),
  ]),
});
export type CompletedTurn = z.infer<typeof CompletedTurn>;

export const CorrectTurnInput = z
  .strictObject({
    interactionId: InteractionId,
    /** What should have been answered. */
    text: filledText(limits.CONTENT_CHARS_MAX).exactOptional(),
    /** A memory to keep from now on; `supersedes` names the one that misled. */
    remember: NewMemory.extend({ supersedes: Id.exactOptional() }).exactOptional(),
    /** A preference that was learnt from the correction. */
    preference: z
      .strictObject({
        key: PreferenceKey,
        value: PreferenceValue,
        category: filledText(limits.PREFERENCE_CATEGORY_CHARS_MAX).exactOptional(),
      })
      .exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine(
    ({ text, remember, preference }) => text !== undefined || remember !== undefined || preference !== undefined,
    { message: "must name at least one of: text, remember, preference" },
  );
export type CorrectTurnInput = z.infer<typeof CorrectTurnInput>;

/** What a correction did; parts that were not asked for are null. */
export const CorrectedTurn = z.object({
  interactionId: z.string(),
  /** The training example that now holds the chosen and the rejected answer. */
  exampleId: z.string().nullable(),
  /** Cached answers that were taken out. */
  evicted: z.int(),
  memory: AddedMemory.nullable(),
  preference: z.object({ key: z.string(), version: z.int(), applied: z.boolean() }).nullable(),
});
export type CorrectedTurn = z.infer<typeof CorrectedTurn>;
