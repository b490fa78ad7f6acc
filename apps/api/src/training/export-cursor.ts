import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Actor } from "../platform/actor.ts";
import { ExportTotals } from "./export-totals.ts";

/** Nobody guesses 128 bits at a server that answers each guess, and the cursor stays short. */
const SEAL_BYTES = 16;

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

/** A place as a cursor of this user, sealed with the installation's key: what it counts ends up in the manifest. */
export function toExportCursor(actor: Actor, key: Uint8Array, place: ExportPlace): string {
  const { exportId, fingerprint, after, totals, hash } = place;
  const values = [exportId, fingerprint, after, Object.values(ExportTotals.parse(totals)), hash];
  const content = Buffer.from(JSON.stringify(values));
  return Buffer.concat([sealOf(actor, key, content), content]).toString("base64url");
}

/** The place that a cursor names; null for a text that no page ever gave this user. */
export function fromExportCursor(actor: Actor, key: Uint8Array, cursor: string): ExportPlace | null {
  const bytes = Buffer.from(cursor, "base64url");
  const [seal, content] = [bytes.subarray(0, SEAL_BYTES), bytes.subarray(SEAL_BYTES)];
  if (seal.length < SEAL_BYTES || !timingSafeEqual(seal, sealOf(actor, key, content))) return null;
  const values = parseJson(content.toString());
  if (!Array.isArray(values)) return null;
  const [exportId, fingerprint, after, counts, hash] = values;
  if (!Array.isArray(counts)) return null;
  const totals = Object.fromEntries(ExportTotals.keyof().options.map((name, at) => [name, counts[at]]));
  const place = ExportPlace.safeParse({ exportId, fingerprint, after, totals, hash });
  return place.success ? place.data : null;
}

/** Its first bytes are those of no token's secret: the same key makes the hashes of those. */
function sealOf({ userId }: Actor, key: Uint8Array, content: Buffer): Buffer {
  const purpose = JSON.stringify(["export cursor", userId]);
  return createHmac("sha256", key).update(purpose).update(content).digest().subarray(0, SEAL_BYTES);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
