import type { ExportManifest } from "@keepsake/contract";
import { z } from "zod";

/** A petabyte: more than any export has, and far from where sums of counts stop being exact. */
const COUNT_MAX = 2 ** 50;
const Count = z.int().min(0).max(COUNT_MAX);

/** What an export has read, written and left out so far. */
export const ExportTotals = z.strictObject({
  read: Count,
  written: Count,
  lines: Count,
  bytes: Count,
  train: Count,
  validation: Count,
  otherPart: Count,
  lowScore: Count,
  notCorrected: Count,
  notScored: Count,
  neutralScore: Count,
});
export type ExportTotals = z.infer<typeof ExportTotals>;

/** The totals of an export that has not begun. */
export function noTotals(): ExportTotals {
  return {
    read: 0,
    written: 0,
    lines: 0,
    bytes: 0,
    train: 0,
    validation: 0,
    otherPart: 0,
    lowScore: 0,
    notCorrected: 0,
    notScored: 0,
    neutralScore: 0,
  };
}

/** Totals as the manifest says them. */
export function toCounts(totals: ExportTotals, isSplit: boolean): ExportManifest["counts"] {
  const { read, written, lines, bytes: _, train, validation, ...leftOut } = totals;
  return { read, written, lines, parts: isSplit ? { train, validation } : null, leftOut };
}
