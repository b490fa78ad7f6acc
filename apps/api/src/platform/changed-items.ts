import { createHash } from "node:crypto";

/** Items that one row of the audit trail names at most; their number is always whole. */
const AUDITED_ITEMS_MAX = 100;

/** What an effect changed. */
export interface ChangedItems {
  readonly items: readonly string[];
  readonly count: number;
}

/** Fields of an answer that name what was changed; the first that is there does. */
const NAMES = ["id", "key", "exportId", "exampleId", "interactionId", "sessionId"] as const;
/** Fields that hold something else that was changed along. */
const PARTS = ["memory", "preference"] as const;
/** Fields that count what is not named. */
const COUNTS = ["removed", "deleted"] as const;

/**
 * What was changed, read from the answer that tells of it: the same fields mean the same in all answers.
 *
 * @param userId whose names they are, where a caller chose them; null where all of them are ours
 */
export function changedItems(userId: string | null, answer: unknown): ChangedItems {
  const names = namesIn(answer);
  const counted = COUNTS.map((field) => fieldOf(answer, field)).find((value) => typeof value === "number");
  return { ...namedItems(userId, names), ...(counted !== undefined && { count: counted }) };
}

/** As {@link changedItems}, of things whose names are known. */
export function namedItems(userId: string | null, names: readonly string[]): ChangedItems {
  const first = names.slice(0, AUDITED_ITEMS_MAX);
  const items = userId === null ? first : first.map((name) => toItem(userId, name));
  return { items, count: names.length };
}

function namesIn(answer: unknown): string[] {
  if (Array.isArray(answer)) return answer.flatMap(namesIn);
  const own = NAMES.map((field) => fieldOf(answer, field)).find((value) => typeof value === "string");
  const parts = PARTS.flatMap((field) => {
    const part = fieldOf(answer, field);
    return part === undefined || part === null ? [] : namesIn(part);
  });
  return [...(own === undefined ? [] : [own]), ...parts];
}

function fieldOf(answer: unknown, field: string): unknown {
  return typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[field] : undefined;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * An id of ours as it is. A name that a caller chose, such as a preference's key, may tell something: the trail outlives
 * its erasure, so it holds a hash, by which the rows of a name that is still known are found.
 */
export function toItem(userId: string, name: string): string {
  if (UUID.test(name)) return name.toLowerCase();
  return `name:${createHash("sha256").update(`${userId}\0${name}`).digest("hex").slice(0, 16)}`;
}
