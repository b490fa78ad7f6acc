import { z } from "zod";
import { ExportTotals } from "./export-totals.ts";

/**
 * Everything that the next page of an export needs besides its options. It travels with the caller, so that any server
 * goes on where another ended, and a page that is asked for again begins where it began the first time.
 */
const ExportPlace = z.strictObject({
  exportId: z.uuid(),
  /** Of the options: see `fingerprintOf`. */
  fingerprint: z.string(),
  /** The last example that was read. */
  after: z.uuid(),
  totals: ExportTotals,
  /** The state of the running SHA-256, base64url. */
  hash: z.base64url(),
});
export type ExportPlace = z.infer<typeof ExportPlace>;

/** A place as a cursor. */
export function toExportCursor(place: ExportPlace): string {
  const { exportId, fingerprint, after, totals, hash } = place;
  const values = [exportId, fingerprint, after, Object.values(ExportTotals.parse(totals)), hash];
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/** The place that a cursor names; null for a text that no page ever gave. */
export function fromExportCursor(cursor: string): ExportPlace | null {
  const values = parseJson(Buffer.from(cursor, "base64url").toString());
  if (!Array.isArray(values)) return null;
  const [exportId, fingerprint, after, counts, hash] = values;
  if (!Array.isArray(counts)) return null;
  const totals = Object.fromEntries(ExportTotals.keyof().options.map((key, at) => [key, counts[at]]));
  const place = ExportPlace.safeParse({ exportId, fingerprint, after, totals, hash });
  return place.success ? place.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
