import { z } from "zod";
import {
  Flag,
  filledText,
  Id,
  IdempotencyKey,
  InteractionId,
  Language,
  pageFields,
  Timestamp,
  text,
} from "./fields.ts";
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

const filterFields = {
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
  ...filterFields,
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

/**
 * `jsonl`: every column. For supervised fine-tuning: `openai-chat`, `alpaca`, `sharegpt`. For preference training with
 * TRL: `dpo` (prompt, chosen, rejected; of corrections), `kto` (prompt, completion, label; of scores and corrections).
 */
export const ExportFormat = z.enum(["jsonl", "openai-chat", "alpaca", "sharegpt", "dpo", "kto"]);
export type ExportFormat = z.infer<typeof ExportFormat>;

export const ExportPart = z.enum(["train", "validation"]);
export type ExportPart = z.infer<typeof ExportPart>;

/** At least two letters, so that no single letter of a text is taken for a name. */
const GivenName = filledText(limits.NAME_CHARS_MAX).refine(
  (name) => /\p{L}\p{M}*\p{L}/u.test(name),
  "must have at least two letters",
);

const exportFields = {
  format: ExportFormat.default("jsonl"),
  ...filterFields,
  /** Only examples whose current version is in no marked export. */
  notExported: Flag.default(false),
  /** Above 0 and below 1: the share of examples that are kept for validation. Named together with `part`. */
  validationShare: z.number().gt(0, "must be above 0 and below 1").lt(1, "must be above 0 and below 1").exactOptional(),
  /** Which side of the split to write. */
  part: ExportPart.exactOptional(),
  /** Another seed splits differently; the same one always alike. */
  seed: text(limits.SEED_CHARS_MAX).exactOptional(),
  /** Replaces e-mail addresses, telephone numbers and `names` in every text. */
  redact: Flag.default(false),
  /** Given names to be redacted, such as those of the household. */
  names: z
    .array(GivenName)
    .max(limits.REDACTED_NAMES_MAX, `must have at most ${limits.REDACTED_NAMES_MAX} names`)
    .exactOptional(),
};

type Options = {
  validationShare?: number;
  part?: ExportPart;
  seed?: string;
  redact: boolean;
  names?: string[];
  scoreMin?: number;
  scoreMax?: number;
};

/** Options that mean nothing without each other: a caller who names one alone has made a mistake. */
function checkOptions(options: Options, ctx: z.RefinementCtx): void {
  const fault = (field: keyof Options, message: string) => ctx.addIssue({ code: "custom", path: [field], message });
  const { validationShare, part, seed, redact, names, scoreMin, scoreMax } = options;
  if (part === undefined && validationShare !== undefined) fault("part", "must be named with validationShare");
  if (part !== undefined && validationShare === undefined) fault("validationShare", "must be named with part");
  if (seed !== undefined && validationShare === undefined) fault("seed", "must come with validationShare and part");
  if (names !== undefined && !redact) fault("names", "must come with redact: true");
  if (scoreMin !== undefined && scoreMax !== undefined && scoreMin > scoreMax) {
    fault("scoreMax", "must not be less than scoreMin");
  }
}

/** What to export, read to its end as one stream. */
export const ExportOptions = z.strictObject(exportFields).superRefine(checkOptions);
export type ExportOptions = z.infer<typeof ExportOptions>;

/** What to export, a page at a time. The next page takes the same options and the `nextCursor` of this one. */
export const ExportTrainingInput = z
  .strictObject({
    ...exportFields,
    /** Examples to read for this page. */
    limit: z.int().min(1).max(limits.EXPORT_PAGE_ROWS_MAX).default(limits.EXPORT_PAGE_ROWS_DEFAULT),
    cursor: z.string().max(1_000).exactOptional(),
  })
  .superRefine(checkOptions);
export type ExportTrainingInput = z.infer<typeof ExportTrainingInput>;

/** Why examples that the filters let through are in no line. */
export const LeftOut = z.object({
  /** On the other side of the split. */
  otherPart: z.int(),
  /** Scored 1 or 2 and not corrected: nothing to imitate, unless the caller's own `scoreMin` or `scoreMax` says so. */
  lowScore: z.int(),
  /** `dpo`: no correction, or one that says the same. */
  notCorrected: z.int(),
  /** `kto`: neither corrected nor scored. */
  notScored: z.int(),
  /** `kto`: scored 3 and not corrected. */
  neutralScore: z.int(),
});
export type LeftOut = z.infer<typeof LeftOut>;

/** What an export holds. `sha256sum` of all lines, each with its newline, gives `sha256`. */
export const ExportManifest = z.object({
  exportId: z.string(),
  format: ExportFormat,
  /** What was asked for. Given names are counted, not named. */
  filters: z.object({
    scoreMin: filterFields.scoreMin,
    scoreMax: filterFields.scoreMax,
    language: z.string().exactOptional(),
    interactionType: filterFields.interactionType,
    createdAfter: z.date().exactOptional(),
    createdBefore: z.date().exactOptional(),
    notExported: z.boolean(),
  }),
  split: z.object({ validationShare: z.number(), seed: z.string(), part: ExportPart }).nullable(),
  redaction: z.object({ names: z.int() }).nullable(),
  counts: z.object({
    /** Examples that the filters let through: `written` and all that were `leftOut`. */
    read: z.int(),
    /** Examples in the lines. */
    written: z.int(),
    /** Lines; `kto` makes two of a correction. */
    lines: z.int(),
    /** How the examples that were read fall to the sides of the split. */
    parts: z.object({ train: z.int(), validation: z.int() }).nullable(),
    leftOut: LeftOut,
  }),
  bytes: z.int(),
  /** SHA-256, hex, of all lines. */
  sha256: z.string(),
  createdAt: z.date(),
  completedAt: z.date(),
  /** When its examples were marked as exported; null until then. */
  markedAt: z.date().nullable(),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/** A page of lines, without their newlines. `nextCursor` is null on the last one, which has the manifest. */
export const ExportPage = z.object({
  exportId: z.string(),
  lines: z.array(z.string()),
  nextCursor: z.string().nullable(),
  manifest: ExportManifest.nullable(),
});
export type ExportPage = z.infer<typeof ExportPage>;

export const ExportIdInput = z.strictObject({ exportId: Id });
export type ExportIdInput = z.infer<typeof ExportIdInput>;

export const ListExportsInput = z.strictObject(pageFields);
export type ListExportsInput = z.infer<typeof ListExportsInput>;

/** Newest first; `nextCursor` is null on the last page. */
export const ExportManifestPage = z.object({
  items: z.array(ExportManifest),
  nextCursor: z.string().nullable(),
});
export type ExportManifestPage = z.infer<typeof ExportManifestPage>;

export const MarkExportedInput = z.strictObject({ exportId: Id, idempotencyKey: IdempotencyKey.exactOptional() });
export type MarkExportedInput = z.infer<typeof MarkExportedInput>;

/** `marked`: examples that are still as they were written. The others count as not exported. */
export const MarkedExport = z.object({ exportId: z.string(), marked: z.int() });
export type MarkedExport = z.infer<typeof MarkedExport>;
