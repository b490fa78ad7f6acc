import { isDeepStrictEqual } from "node:util";
import {
  type Json,
  LEARNED_CONFIDENCE_DEFAULT,
  type Preference,
  PreferenceValue,
  type SetPreferenceInput,
  type SetPreferenceOutput,
} from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { toInputIssues, toSentence } from "../platform/input-issues.ts";
import type { Services } from "../platform/services.ts";
import { assertTells } from "../platform/tells.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { assertVersion } from "./assert-version.ts";
import { keepVersion } from "./history-store.ts";
import { toLearnedTexts } from "./learned-texts.ts";
import { mergePatch } from "./merge-patch.ts";
import type { PreferenceContent } from "./preference-row.ts";
import { mayReplace } from "./standing.ts";
import { addPreference, changePreference, lockPreference } from "./store.ts";

type PreferenceChange = Omit<SetPreferenceInput, "idempotencyKey">;

/**
 * Sets a preference, replacing or merging its value, and keeps what it was before.
 *
 * @throws DomainError `VERSION_CONFLICT`, `INVALID_INPUT` when the merged value is beyond the limits, or what was learned instructs a model
 */
export async function setPreference(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { idempotencyKey, ...change }: SetPreferenceInput,
): Promise<SetPreferenceOutput> {
  const call = { key: idempotencyKey, procedure: "preferences.set", input: change };
  if (change.origin === "learned") await assertTells(actor, services, call.procedure, toLearnedTexts(change));
  return writeOnce(actor, services, call, (tx) => putPreference(actor, tx, change));
}

/** As {@link setPreference}, as a part of a transaction. */
export async function putPreference(
  actor: Actor,
  tx: Transaction,
  change: PreferenceChange,
): Promise<SetPreferenceOutput> {
  while (true) {
    const stored = await lockPreference(actor, tx, change.key);
    assertVersion(stored, change.expectedVersion);
    const next = toContent(stored, change);
    if (stored && !mayReplace(stored, next)) return { ...stored, applied: false };
    if (stored && isSame(stored, next)) return { ...stored, applied: true };
    const written = await write(actor, tx, change.key, stored, next);
    // Null: another caller has added the key since. There is a row to lock now.
    if (written) return { ...written, applied: true };
  }
}

async function write(
  actor: Actor,
  tx: Transaction,
  key: string,
  stored: Preference | null,
  next: PreferenceContent,
): Promise<Preference | null> {
  const written = stored ? await replace(actor, tx, stored, next) : await addFirst(actor, tx, key, next);
  if (written) await evictDependents(actor, tx, { preferences: [key] });
  return written;
}

async function replace(actor: Actor, tx: Transaction, stored: Preference, next: PreferenceContent) {
  const written = await changePreference(actor, tx, stored.key, next);
  await keepVersion(actor, tx, stored, written.updatedAt);
  return written;
}

async function addFirst(actor: Actor, tx: Transaction, key: string, content: PreferenceContent) {
  await ensureUser(actor, tx);
  return addPreference(actor, tx, key, content);
}

function toContent(stored: Preference | null, change: PreferenceChange): PreferenceContent {
  const { value, mode, category, origin, confidence } = change;
  return {
    value: mode === "merge" ? assertFits(mergePatch(stored?.value, value)) : value,
    category: category === undefined ? (stored?.category ?? null) : category,
    origin,
    confidence: confidence ?? (origin === "learned" ? LEARNED_CONFIDENCE_DEFAULT : 1),
  };
}

/** Two values within the limits may be beyond them together. */
function assertFits(merged: Json): Json {
  const parsed = PreferenceValue.safeParse(merged);
  if (parsed.success) return merged;
  const issues = toInputIssues(parsed.error).map(({ path, message }) => ({
    path: ["value", path].filter(Boolean).join("."),
    message: `${message}, merged with what is stored`,
  }));
  throw new DomainError("INVALID_INPUT", toSentence(issues), { issues });
}

/** As the database sees it: a confidence has 32 bits there, and -0 is 0. */
function isSame(stored: PreferenceContent, next: PreferenceContent): boolean {
  return (
    stored.category === next.category &&
    stored.origin === next.origin &&
    Math.fround(stored.confidence) === Math.fround(next.confidence) &&
    isDeepStrictEqual(stored.value, JSON.parse(JSON.stringify(next.value)))
  );
}
