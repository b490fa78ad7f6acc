import { createHash } from "node:crypto";
import type { ExportManifest, ExportOptions, TrainingExample } from "@keepsake/contract";
import { render } from "./export-format.ts";
import { partOf } from "./export-split.ts";
import type { ExportTotals } from "./export-totals.ts";
import { toJsonLine } from "./json-line.ts";
import { createRedactor, redactExample } from "./redaction.ts";

/** What a manifest says of what was asked for. */
export type ExportRequest = Pick<ExportManifest, "format" | "filters" | "split" | "redaction">;

/** What was asked for, as the manifest says it: names are counted, since the manifest lies beside the lines. */
export function toRequest(options: ExportOptions): ExportRequest {
  const { format, validationShare, part, seed = "", redact, names = [], ...filters } = options;
  return {
    format,
    filters,
    split: validationShare === undefined || part === undefined ? null : { validationShare, seed, part },
    redaction: redact ? { names: names.length } : null,
  };
}

/** Tells whether two calls ask for the same, names included, without keeping what they ask for. */
export function fingerprintOf(options: ExportOptions): string {
  const entries = Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("base64url").slice(0, 22);
}

/** Makes the lines of an example and counts it; none when the example is left out. */
export type WriteExample = (example: TrainingExample, totals: ExportTotals) => string[];

/** How examples become lines under the options of one export. */
export function createWriter(options: ExportOptions): WriteExample {
  const { split } = toRequest(options);
  const redactor = options.redact ? createRedactor(options.names ?? []) : null;
  const choseScores = options.scoreMin !== undefined || options.scoreMax !== undefined;
  return (stored, totals) => {
    const example = redactor ? redactExample(stored, redactor) : stored;
    totals.read += 1;
    // By the text as it is written: what redaction makes equal must not lie on both sides.
    const part = split && partOf(example.inputText, split);
    if (part) totals[part] += 1;
    const isOther = split !== null && part !== split.part;
    const rendered = isOther ? OTHER_PART : render(example, options.format, { choseScores });
    return count(rendered, totals);
  };
}

const OTHER_PART = { leftOut: "otherPart" } as const;

function count(rendered: ReturnType<typeof render>, totals: ExportTotals): string[] {
  if ("leftOut" in rendered) {
    totals[rendered.leftOut] += 1;
    return [];
  }
  totals.written += 1;
  totals.lines += rendered.lines.length;
  return rendered.lines.map(toJsonLine);
}
