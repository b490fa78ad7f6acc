import { z } from "zod";
import { Flag, filledText, Id, IdempotencyKey, InteractionId, Language, pageFields, Timestamp } from "./fields.ts";
import { Metadata } from "./json.ts";
import * as limits from "./limits.ts";
import { MemoryOrigin } from "./memory.ts";

/** What kind of talk it was. */
export const InteractionType = z.enum(["command", "question", "conversation"]);
export type InteractionType = z.infer<typeof InteractionType>;

/** 1 (useless) to 5 (just right). */
const Score = z.int().min(1).max(5);
const Content = filledText(limits.CONTENT_CHARS_MAX);
const Comment = filledText(limits.COMMENT_CHARS_MAX);

/** What was said, what was answered, and what people thought of it. */
export const TrainingExample = z.object({
  id: z.string(),
  /** The interaction that it was made of, where there was one. */
  interactionId: z.string().nullable(),
  inputText: z.string(),
  outputText: z.string(),
  /** What should have been answered. */
  correctedText: z.string().nullable(),
  /** 1 (useless) to 5 (just right). */
  feedbackScore: z.int().nullable(),
  comment: z.string().nullable(),
  interactionType: InteractionType.nullable(),
  language: z.string().nullable(),
  /** Who says that it is a good example. */
  origin: MemoryOrigin,
  metadata: Metadata.nullable(),
  /** 1 at first, one more with every change. */
  version: z.int(),
  /** Whether this version is in an export that was marked. */
  exported: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type TrainingExample = z.infer<typeof TrainingExample>;

/** The last word on an interaction takes the place of every one before, its comment included. */
export const FeedbackInput = z.strictObject({
  interactionId: InteractionId,
  score: Score,
  comment: Comment.exactOptional(),
  /** Without it what was said of the interaction before stays. */
  interactionType: InteractionType.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type FeedbackInput = z.infer<typeof FeedbackInput>;

/**
 * `id`: of the training example. `recorded`: it is there, with this score. `waiting`: the interaction has no question and
 * answer yet; the example is made as soon as it has.
 */
export const Feedback = z.object({
  id: z.string(),
  status: z.enum(["recorded", "waiting"]),
  interactionId: z.string(),
  score: z.int(),
  comment: z.string().nullable(),
});
export type Feedback = z.infer<typeof Feedback>;

const exampleFields = {
  inputText: Content,
  outputText: Content,
  correctedText: Content,
  feedbackScore: Score,
  comment: Comment,
  interactionType: InteractionType,
  language: Language,
  metadata: Metadata,
};

export const AddExampleInput = z.strictObject({
  inputText: exampleFields.inputText,
  outputText: exampleFields.outputText,
  correctedText: exampleFields.correctedText.exactOptional(),
  feedbackScore: exampleFields.feedbackScore.exactOptional(),
  comment: exampleFields.comment.exactOptional(),
  interactionType: exampleFields.interactionType.exactOptional(),
  language: exampleFields.language.exactOptional(),
  metadata: exampleFields.metadata.exactOptional(),
  /** Who says that it is a good example, `user` unless named. */
  origin: MemoryOrigin.exactOptional(),
  /** An interaction has one example at most. */
  interactionId: InteractionId.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type AddExampleInput = z.infer<typeof AddExampleInput>;

export const ExampleIdInput = z.strictObject({ id: Id });
export type ExampleIdInput = z.infer<typeof ExampleIdInput>;

const CHANGEABLE = Object.keys(exampleFields) as (keyof typeof exampleFields)[];

/** Fields that are absent stay; `null` clears one. */
export const UpdateExampleInput = z
  .strictObject({
    id: Id,
    inputText: exampleFields.inputText.exactOptional(),
    outputText: exampleFields.outputText.exactOptional(),
    correctedText: exampleFields.correctedText.nullable().exactOptional(),
    feedbackScore: exampleFields.feedbackScore.nullable().exactOptional(),
    comment: exampleFields.comment.nullable().exactOptional(),
    interactionType: exampleFields.interactionType.nullable().exactOptional(),
    language: exampleFields.language.nullable().exactOptional(),
    metadata: exampleFields.metadata.nullable().exactOptional(),
    /** The version that the caller read; another one by now fails with `VERSION_CONFLICT`. */
    expectedVersion: z.int().min(1).exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine((input) => CHANGEABLE.some((field) => input[field] !== undefined), {
    message: `must name at least one field to change: ${CHANGEABLE.join(", ")}`,
  });
export type UpdateExampleInput = z.infer<typeof UpdateExampleInput>;

/** By the example's id, or by the interaction's: the only name of feedback that still waits for its messages. */
export const DeleteExampleInput = z
  .strictObject({
    id: Id.exactOptional(),
    interactionId: InteractionId.exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine(({ id, interactionId }) => (id === undefined) !== (interactionId === undefined), {
    message: "must name either id or interactionId",
  });
export type DeleteExampleInput = z.infer<typeof DeleteExampleInput>;

/** What was deleted; `id` is null where there was only feedback without an example. */
export const DeletedExample = z.object({ id: z.string().nullable(), interactionId: z.string().nullable() });
export type DeletedExample = z.infer<typeof DeletedExample>;

/** Which examples are meant, to be listed or to be exported. */
export const exampleFilters = {
  /** Only examples with this score or a higher one; those without a score are left out. */
  scoreMin: Score.exactOptional(),
  /** Only examples with this score or a lower one; those without a score are left out. */
  scoreMax: Score.exactOptional(),
  language: Language.exactOptional(),
  interactionType: InteractionType.exactOptional(),
  /** Only examples made at this time or later. */
  createdAfter: Timestamp.exactOptional(),
  /** Only examples made before this time. */
  createdBefore: Timestamp.exactOptional(),
};

export const ListExamplesInput = z.strictObject({
  ...pageFields,
  ...exampleFilters,
  /** Only examples that are in a marked export, or only those that are not. */
  exported: Flag.exactOptional(),
});
export type ListExamplesInput = z.infer<typeof ListExamplesInput>;

/** Newest first; `nextCursor` is null on the last page. */
export const ExamplePage = z.object({ items: z.array(TrainingExample), nextCursor: z.string().nullable() });
export type ExamplePage = z.infer<typeof ExamplePage>;

export const TrainingStatsInput = z.strictObject({});

export const TrainingStats = z.object({
  total: z.int(),
  /** Examples by score; `none` counts those without one. */
  byScore: z.object({ "1": z.int(), "2": z.int(), "3": z.int(), "4": z.int(), "5": z.int(), none: z.int() }),
  byType: z.object({ command: z.int(), question: z.int(), conversation: z.int(), none: z.int() }),
  /** Examples by language tag; those without one are counted by `languageUnknown`. */
  byLanguage: z.record(z.string(), z.int()),
  languageUnknown: z.int(),
  /** Examples that somebody corrected. */
  corrected: z.int(),
  /** Examples whose current version is in a marked export. */
  exported: z.int(),
  /** Feedback that waits for the messages of its interaction. */
  waiting: z.int(),
  /** Null without any score. */
  scoreAverage: z.number().nullable(),
});
export type TrainingStats = z.infer<typeof TrainingStats>;
