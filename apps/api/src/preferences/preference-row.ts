import type { Json, Preference } from "@keepsake/contract";
import { sql } from "drizzle-orm";
import { toJson } from "../platform/stored-metadata.ts";

/** What a caller decides about a preference. */
export type PreferenceContent = Pick<Preference, "value" | "category" | "origin" | "confidence">;

/** The columns of a content, of the preference itself as of its versions. */
export function toColumns({ value, category, origin, confidence }: PreferenceContent) {
  // A plain null would be SQL's.
  return { value: value === null ? sql`'null'::jsonb` : value, category, origin, confidence };
}

/** A row as the contract promises it. */
export function withJson<T extends { value: unknown }>(row: T): Omit<T, "value"> & { value: Json } {
  return { ...row, value: toJson(row.value) };
}
