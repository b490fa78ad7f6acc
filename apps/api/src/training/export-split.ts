import { createHash } from "node:crypto";
import type { ExportPart } from "@keepsake/contract";

/** How a data set is divided. */
export interface Split {
  /** Above 0 and below 1. */
  readonly validationShare: number;
  readonly seed: string;
}

const HASH_BYTES = 6;

/**
 * The side on which an input falls: always the same for the same seed and share, and a larger share only adds to the
 * validation side. Inputs that differ in case or white space fall on the same side, so that no model is validated with
 * what it was trained on.
 */
export function partOf(inputText: string, { validationShare, seed }: Split): ExportPart {
  const normal = inputText.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");
  const hash = createHash("sha256")
    .update(JSON.stringify([seed, normal]))
    .digest();
  return hash.readUIntBE(0, HASH_BYTES) / 2 ** (8 * HASH_BYTES) < validationShare ? "validation" : "train";
}
