import { z } from "zod";
import { Flag, filledText, Id, IdempotencyKey, pageFields, text } from "./fields.ts";
import * as limits from "./limits.ts";
import { exampleFilters } from "./training.ts";

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
  ...exampleFilters,
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
    scoreMin: exampleFilters.scoreMin,
    scoreMax: exampleFilters.scoreMax,
    language: z.string().exactOptional(),
    interactionType: exampleFilters.interactionType,
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
