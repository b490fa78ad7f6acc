import { createHash } from "node:crypto";
import type { Actor } from "../platform/actor.ts";
import { normalForm } from "./normal-form.ts";

/** A question as it was put. */
export interface Question {
  readonly text: string;
  readonly language?: string;
}

/**
 * Names a question within one user's cache: SHA-256 of user, language and normalised text, 64 hex digits. As JSON no
 * part runs into the next, and no two users share a key.
 */
export function questionKey(actor: Actor, { text, language }: Question): string {
  const parts = JSON.stringify([actor.userId, language ?? null, normalForm(text)]);
  return createHash("sha256").update(parts).digest("hex");
}
