import { z } from "zod";
import { Flag, filledText, Id, IdempotencyKey, Intent, Language, pageFields, Tags } from "./fields.ts";
import { Metadata } from "./json.ts";
import * as limits from "./limits.ts";
import { PreferenceKey } from "./preferences.ts";

/** What was asked. The language belongs to the question: an answer in Polish is none to the same words in English. */
const questionFields = {
  text: filledText(limits.CONTENT_CHARS_MAX),
  language: Language.exactOptional(),
};

/** One of the caller's words for an answer. */
const Tag = filledText(limits.TAG_CHARS_MAX).transform((tag) => tag.trim());
/** Names a question within the cache: SHA-256 of user, language and normalised text, in hexadecimal. */
const QuestionKey = z.string().regex(/^[0-9a-f]{64}$/, "must be a key as the server gave it (64 hexadecimal digits)");
const Version = z.int().min(1);

/** No `idempotencyKey`: a look-up that is sent again is one more look-up, and counts as one. */
export const CacheLookupInput = z.strictObject(questionFields);
export type CacheLookupInput = z.infer<typeof CacheLookupInput>;

const answerFields = {
  /** Names this answer; another answer to the same question has another id. */
  id: z.string(),
  /** Names the question. */
  key: z.string(),
  response: z.string(),
  language: z.string().nullable(),
  tags: z.array(z.string()),
  metadata: Metadata.nullable(),
  createdAt: z.date(),
  /** From then on it is never given again. */
  expiresAt: z.date(),
};

/** A miss is an answer of its own, not an error. */
export const CacheLookup = z.discriminatedUnion("hit", [
  z.object({ hit: z.literal(false) }),
  z.object({ hit: z.literal(true), match: z.enum(["exact"]), ...answerFields }),
]);
export type CacheLookup = z.infer<typeof CacheLookup>;

/**
 * What an answer was made from: it goes when one of these changes. With the version that it saw, an answer made from
 * anything older is refused; without one, whatever is there now counts as what was seen.
 */
const DependsOn = z.strictObject({
  memories: z
    .array(z.union([Id, z.strictObject({ id: Id, version: Version })], "must be an id, or an id with its version"))
    .max(limits.CACHE_DEPENDENCIES_MAX)
    .exactOptional(),
  preferences: z
    .array(
      z.union(
        [PreferenceKey, z.strictObject({ key: PreferenceKey, version: Version })],
        "must be a key, or a key with its version",
      ),
    )
    .max(limits.CACHE_DEPENDENCIES_MAX)
    .exactOptional(),
});

export const StoreAnswerInput = z.strictObject({
  ...questionFields,
  response: filledText(limits.CONTENT_CHARS_MAX),
  /** How long it may be given; `CACHE_TTL_SECONDS` of the server when absent. */
  ttlSeconds: z.int().min(1).max(limits.CACHE_TTL_SECONDS_MAX).exactOptional(),
  tags: Tags.exactOptional(),
  metadata: Metadata.exactOptional(),
  /** What the user wanted: what changes the home or tells its state is never kept (`CACHE_NEVER_INTENTS`). */
  intent: Intent.exactOptional(),
  /** How long the answer took to make, milliseconds: what each hit saves. */
  generationMs: z.int().min(0).max(limits.CACHE_GENERATION_MS_MAX).exactOptional(),
  dependsOn: DependsOn.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type StoreAnswerInput = z.infer<typeof StoreAnswerInput>;

/**
 * Why an answer was not kept: `never_intent`, its intent is one that is never kept; `command`, its text tells the home
 * to do something; `dependency_changed`, something that it was made from is gone or is another version by now.
 */
export const NotCachedReason = z.enum(["never_intent", "command", "dependency_changed"]);
export type NotCachedReason = z.infer<typeof NotCachedReason>;

export const StoredAnswer = z.discriminatedUnion("cached", [
  z.object({ cached: z.literal(true), id: z.string(), key: z.string(), createdAt: z.date(), expiresAt: z.date() }),
  z.object({ cached: z.literal(false), reason: NotCachedReason }),
]);
export type StoredAnswer = z.infer<typeof StoredAnswer>;

/** What to remove can be said in one of these ways. */
const TARGETS = ["id", "key", "text", "tag", "memory", "preference"] as const;

export const InvalidateAnswersInput = z
  .strictObject({
    /** One answer. */
    id: Id.exactOptional(),
    /** The answer to one question, by its key. */
    key: QuestionKey.exactOptional(),
    /** The answer to one question, by its words and its `language`, as `lookup` takes them. */
    text: questionFields.text.exactOptional(),
    language: Language.exactOptional(),
    /** Every answer with this tag. */
    tag: Tag.exactOptional(),
    /** Every answer made from the memory with this id. */
    memory: Id.exactOptional(),
    /** Every answer made from the preference with this key. */
    preference: PreferenceKey.exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine((input) => TARGETS.filter((target) => input[target] !== undefined).length === 1, {
    message: `must name exactly one of: ${TARGETS.join(", ")}`,
  })
  .refine((input) => input.language === undefined || input.text !== undefined, {
    path: ["language"],
    message: "must stand beside text",
  });
export type InvalidateAnswersInput = z.infer<typeof InvalidateAnswersInput>;

export const ClearCacheInput = z.strictObject({
  /** Removes what could still be given too, not only what expired. */
  all: Flag.default(false),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type ClearCacheInput = z.infer<typeof ClearCacheInput>;

/** How many answers went. None is no error: they are not there, as asked. */
export const RemovedAnswers = z.object({ removed: z.int() });
export type RemovedAnswers = z.infer<typeof RemovedAnswers>;

export const ListAnswersInput = z.strictObject({
  ...pageFields,
  tag: Tag.exactOptional(),
  /** Lists what expired and was not swept yet, too. */
  includeExpired: Flag.default(false),
});
export type ListAnswersInput = z.infer<typeof ListAnswersInput>;

/** A kept answer with its question and its use. */
export const CachedAnswer = z.object({
  ...answerFields,
  /** The question in the words of whoever stored the answer. */
  text: z.string(),
  generationMs: z.int().nullable(),
  hitCount: z.int(),
  lastHitAt: z.date().nullable(),
  /** Ids of memories and keys of preferences. */
  dependsOn: z.object({ memories: z.array(z.string()), preferences: z.array(z.string()) }),
});
export type CachedAnswer = z.infer<typeof CachedAnswer>;

/** Newest first; `nextCursor` is null on the last page. */
export const CachedAnswerPage = z.object({ items: z.array(CachedAnswer), nextCursor: z.string().nullable() });
export type CachedAnswerPage = z.infer<typeof CachedAnswerPage>;

export const CacheStatsInput = z.strictObject({});

/** Counts of one user's cache since its first use; `entries = stored - evictions - invalidations - expirations`. */
export const CacheStats = z.object({
  /** Answers that are there, the expired ones that were not swept yet included. */
  entries: z.int(),
  /** Of these, answers whose time is over. */
  expired: z.int(),
  hits: z.int(),
  misses: z.int(),
  /** Hits among all look-ups, 0 to 1; 0 before the first. */
  hitRate: z.number(),
  /** New entries; an answer stored again for the same question stays the same entry. */
  stored: z.int(),
  /** Answers that made room for others. */
  evictions: z.int(),
  /** Answers that were taken out: by a caller, or because something they were made from changed. */
  invalidations: z.int(),
  /** Answers that were removed after their time. */
  expirations: z.int(),
  /** Sum of `generationMs` over all hits, seconds. */
  secondsSaved: z.number(),
  /** How many answers are kept; beyond, the least recently used leaves. */
  maxEntries: z.int(),
  /** How long an answer may be given when its caller does not say. */
  ttlSeconds: z.int(),
});
export type CacheStats = z.infer<typeof CacheStats>;
