import { z } from "zod";
import { Flag, filledText, Id, IdempotencyKey, Language, pageFields, Share, Tags, Timestamp } from "./fields.ts";
import { isSafeKey, Metadata } from "./json.ts";
import * as limits from "./limits.ts";
import { TextWarnings } from "./text-warnings.ts";

/** How far a memory's vectors are: `off` without a model, `failed` when the model refuses this text. */
export const EmbeddingState = z.enum(["pending", "ready", "off", "failed"]);
export type EmbeddingState = z.infer<typeof EmbeddingState>;

/**
 * What an answer had to do without. `embeddings`: found by words alone. `size`: the last hits, which would have made the
 * answer larger than 2 MiB.
 */
export const Degraded = z.array(z.enum(["embeddings", "size"]));
export type Degraded = z.infer<typeof Degraded>;

/**
 * Who a text comes from: the user said it, it was imported, a tool found it, or the assistant concluded it. What the user
 * said is believed most.
 */
export const MemoryOrigin = z.enum(["user", "import", "tool", "assistant"]);
export type MemoryOrigin = z.infer<typeof MemoryOrigin>;

/** How far each origin is believed, 3 (most) to 0. The database has the same figures, as a column. */
const TRUST_OF: Readonly<Record<MemoryOrigin, number>> = { user: 3, import: 2, tool: 1, assistant: 0 };

/** How far a text is believed: 3 (the user said it), 2 (import), 1 (tool) or 0 (assistant, and what nobody knows). */
export const trustOf = (origin: string): number => TRUST_OF[origin as MemoryOrigin] ?? 0;

/** 0 to 3. */
const Trust = z.int().min(0, "must be from 0 to 3").max(3, "must be from 0 to 3");

/** A fact, preference stated in words, event or document piece worth finding again. */
export const Memory = z.object({
  id: z.string(),
  content: z.string(),
  kind: z.string(),
  source: z.string().nullable(),
  /** Who it comes from. */
  origin: MemoryOrigin,
  /** How far that is believed: 3 the user said it, 2 import, 1 tool, 0 the assistant concluded it. */
  trust: z.int(),
  /** What is noticed of its content; empty for nearly every one. The content is kept as it is. */
  warnings: TextWarnings,
  tags: z.array(z.string()),
  /** 0 to 1; lifts a hit a little in search. */
  importance: z.number(),
  /** 0 to 1: how sure it is that this is true. */
  confidence: z.number(),
  language: z.string().nullable(),
  metadata: Metadata.nullable(),
  /** 1 at first, one more with every update. */
  version: z.int(),
  /** From when on it is true. */
  validFrom: z.date(),
  /** Until when it was true; null while it is. */
  validTo: z.date().nullable(),
  /** The memory that took its place. */
  supersededBy: z.string().nullable(),
  /** When it stops being found. */
  expiresAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  /** When it was forgotten; null for a living memory. */
  forgottenAt: z.date().nullable(),
  embedding: EmbeddingState,
});
export type Memory = z.infer<typeof Memory>;

// Answers count memories by kind, so a kind must not be a key that superjson refuses.
const Kind = filledText(limits.KIND_CHARS_MAX).refine(isSafeKey, "must be another word");

const newMemoryFields = {
  /** What is to be remembered, in words. */
  content: filledText(limits.CONTENT_CHARS_MAX),
  tags: Tags.exactOptional(),
  /** Where it comes from, in the gateway's word. */
  source: filledText(limits.SOURCE_CHARS_MAX).exactOptional(),
  /**
   * Who it comes from, `user` unless named. Of another origin a text that instructs a model is refused, and never takes the
   * place of what is believed more.
   */
  origin: MemoryOrigin.exactOptional(),
  /** `fact` for a new memory; `preference`, `event` and `document` are the other usual ones. */
  kind: Kind.exactOptional(),
  /** 0 to 1, 0.5 for a new memory; lifts a hit a little in search. */
  importance: Share.exactOptional(),
  language: Language.exactOptional(),
  /** From when on it is true; of a new memory, now. */
  validFrom: Timestamp.exactOptional(),
  /** When it stops being found. */
  expiresAt: Timestamp.exactOptional(),
  metadata: Metadata.exactOptional(),
};

/** Waits until the vectors are stored too, as long as the model is quick enough; the memory is safe either way. */
const wait = Flag.exactOptional();

export const AddMemoryInput = z.strictObject({
  ...newMemoryFields,
  wait,
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type AddMemoryInput = z.infer<typeof AddMemoryInput>;

/** One item of `addMany`. */
export const NewMemory = z.strictObject(newMemoryFields);
export type NewMemory = z.infer<typeof NewMemory>;

/** `duplicate`: the same content was there already; its tags are now united with the new ones. */
export const AddedMemory = Memory.extend({ duplicate: z.boolean() });
export type AddedMemory = z.infer<typeof AddedMemory>;

export const AddManyMemoriesInput = z.strictObject({
  items: z.array(NewMemory).min(1, "must have at least one item").max(limits.ADD_MANY_ITEMS_MAX),
  wait,
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type AddManyMemoriesInput = z.infer<typeof AddManyMemoriesInput>;

/** One result an item, in the items' order. All are stored, or none. */
export const AddManyMemoriesOutput = z.object({ results: z.array(AddedMemory) });
export type AddManyMemoriesOutput = z.infer<typeof AddManyMemoriesOutput>;

export const MemoryIdInput = z.strictObject({ id: Id });
export type MemoryIdInput = z.infer<typeof MemoryIdInput>;

export const ChangeMemoryByIdInput = z.strictObject({ id: Id, idempotencyKey: IdempotencyKey.exactOptional() });
export type ChangeMemoryByIdInput = z.infer<typeof ChangeMemoryByIdInput>;

const CHANGEABLE = [
  "content",
  "tags",
  "source",
  "origin",
  "kind",
  "importance",
  "language",
  "validFrom",
  "validTo",
  "expiresAt",
  "metadata",
] as const;

/** Fields that are absent stay; `null` clears one. */
export const UpdateMemoryInput = z
  .strictObject({
    id: Id,
    content: newMemoryFields.content.exactOptional(),
    tags: newMemoryFields.tags,
    source: filledText(limits.SOURCE_CHARS_MAX).nullable().exactOptional(),
    /**
     * Who says so; a new content is the user's unless named. A lower one than the memory has fails with `TRUST_TOO_LOW`.
     */
    origin: newMemoryFields.origin,
    kind: newMemoryFields.kind,
    importance: newMemoryFields.importance,
    language: Language.nullable().exactOptional(),
    validFrom: newMemoryFields.validFrom,
    validTo: Timestamp.nullable().exactOptional(),
    expiresAt: Timestamp.nullable().exactOptional(),
    metadata: Metadata.nullable().exactOptional(),
    /** The version that the caller read; another one by now fails with `VERSION_CONFLICT`. */
    expectedVersion: z.int().min(1).exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine((input) => CHANGEABLE.some((field) => input[field] !== undefined), {
    message: `must name at least one field to change: ${CHANGEABLE.join(", ")}`,
  });
export type UpdateMemoryInput = z.infer<typeof UpdateMemoryInput>;

const filterFields = {
  /** Only memories that have every one of these tags. */
  tags: Tags.exactOptional(),
  source: filledText(limits.SOURCE_CHARS_MAX).exactOptional(),
  kind: Kind.exactOptional(),
  /** Only memories that are believed so far: 3 for what the user said, 2 with imports, 1 with tools, 0 for all. */
  trustMin: Trust.exactOptional(),
  /** Only memories added at this time or later. */
  createdAfter: Timestamp.exactOptional(),
  /** Only memories added before this time. */
  createdBefore: Timestamp.exactOptional(),
};

export const ListMemoriesInput = z.strictObject({
  ...pageFields,
  ...filterFields,
  /** Lists what was forgotten and can still be restored, instead of what is remembered. */
  forgotten: Flag.default(false),
});
export type ListMemoriesInput = z.infer<typeof ListMemoriesInput>;

/** Newest first; `nextCursor` is null on the last page. */
export const MemoryPage = z.object({ items: z.array(Memory), nextCursor: z.string().nullable() });
export type MemoryPage = z.infer<typeof MemoryPage>;

export const SearchMode = z.enum(["hybrid", "semantic", "keyword"]);
export type SearchMode = z.infer<typeof SearchMode>;

export const SearchMemoriesInput = z.strictObject({
  /** Words or a question, in any language. */
  query: filledText(limits.QUERY_CHARS_MAX),
  /** Hits, at most. */
  limit: z.int().min(1).max(limits.SEARCH_HITS_MAX).default(limits.SEARCH_HITS_DEFAULT),
  /** `hybrid`: by meaning and by words. Without a model both others fall back to words, and say so. */
  mode: SearchMode.default("hybrid"),
  ...filterFields,
  /** Leaves out hits with a lower score; scores are from 0 to about 1 and compare from one search to the next. */
  scoreMin: Share.exactOptional(),
  /** Answers with what was true at that time. */
  asOf: Timestamp.exactOptional(),
  /** Adds to each hit the parts of its score. */
  explain: Flag.default(false),
});
export type SearchMemoriesInput = z.infer<typeof SearchMemoriesInput>;

/** The parts of a score: `score = relevance × recency × importance × feedback × trust`. */
export const ScoreExplanation = z.object({
  /** From 0 to 1: half the words' coverage and half the cosine similarity; in a search of one mode that figure alone. */
  relevance: z.number(),
  recency: z.number(),
  importance: z.number(),
  feedback: z.number(),
  /** 1 for what the user said, a little less for what is believed less. */
  trust: z.number(),
  /**
   * Its place among the candidates by words (1 is best), the sum of inverse document frequency × ts_rank, and the share
   * of the query's information that its words cover; null when no word is shared.
   */
  keyword: z.object({ rank: z.int(), score: z.number(), coverage: z.number() }).nullable(),
  /** Its place among the candidates by meaning (1 is best) and its cosine similarity; null without vectors. */
  semantic: z.object({ rank: z.int(), similarity: z.number() }).nullable(),
});
export type ScoreExplanation = z.infer<typeof ScoreExplanation>;

export const MemoryHit = Memory.extend({ score: z.number(), explanation: ScoreExplanation.exactOptional() });
export type MemoryHit = z.infer<typeof MemoryHit>;

/** Best first. */
export const SearchMemoriesOutput = z.object({ hits: z.array(MemoryHit), degraded: Degraded });
export type SearchMemoriesOutput = z.infer<typeof SearchMemoriesOutput>;

/** `erasedAfter`: until then `memory.restore` brings it back. */
export const ForgottenMemory = z.object({ id: z.string(), forgottenAt: z.date(), erasedAfter: z.date() });
export type ForgottenMemory = z.infer<typeof ForgottenMemory>;

export const MemoryHistoryInput = z.strictObject({ id: Id, ...pageFields });
export type MemoryHistoryInput = z.infer<typeof MemoryHistoryInput>;

/** What a memory said in one version. */
export const MemoryVersion = z.object({
  version: z.int(),
  content: z.string(),
  kind: z.string(),
  source: z.string().nullable(),
  origin: MemoryOrigin,
  trust: z.int(),
  tags: z.array(z.string()),
  importance: z.number(),
  confidence: z.number(),
  language: z.string().nullable(),
  metadata: Metadata.nullable(),
  validFrom: z.date(),
  validTo: z.date().nullable(),
  /** When this version was written. */
  recordedAt: z.date(),
  /** When the next version took its place; null for the current one. */
  replacedAt: z.date().nullable(),
});
export type MemoryVersion = z.infer<typeof MemoryVersion>;

/** Newest first, the current version included. */
export const MemoryHistory = z.object({ items: z.array(MemoryVersion), nextCursor: z.string().nullable() });
export type MemoryHistory = z.infer<typeof MemoryHistory>;

export const MemoryStatsInput = z.strictObject({});

export const MemoryStats = z.object({
  /** Living memories. */
  memories: z.int(),
  /** Forgotten ones that can still be restored. */
  forgotten: z.int(),
  /** Living memories by kind. */
  kinds: z.record(z.string(), z.int()),
  embeddings: z.object({
    state: z.enum(["on", "off"]),
    ready: z.int(),
    pending: z.int(),
    failed: z.int(),
  }),
  oldest: z.date().nullable(),
  newest: z.date().nullable(),
});
export type MemoryStats = z.infer<typeof MemoryStats>;
