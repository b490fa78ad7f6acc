import type { Answer } from "./faces.ts";
import { CANARY, toGhost } from "./victim.ts";

/** Differs from call to call, whoever calls. */
const PASSING_HEADERS = new Set(["date", "x-request-id", "content-length", "keep-alive", "connection"]);
/** A score tells the time, and whether the vectors are there yet; its `explanation` tells the rest, and is compared. */
const PASSING_FIELDS = new Set([
  "requestId",
  "timings",
  "uptimeSeconds",
  "embedding",
  "embeddings",
  "score",
  "recency",
]);
const DIGITS = 6;

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
const DATE = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;
const DIGEST = /\b[0-9a-f]{64}\b/g;

/**
 * An answer as text, without what differs between two equal calls. What was sent of the victim's stands in it as the
 * name that never was, so that both answers are equal unless the server knew one of the names.
 */
export function toComparable({ status, headers, body }: Answer, sent: object): string {
  const kept = Object.entries(headers).filter(([name]) => !PASSING_HEADERS.has(name));
  const text = JSON.stringify({ status, headers: Object.fromEntries(kept), body: withoutPassing(body) });
  const named = textsIn(sent).sort((one, other) => other.length - one.length);
  return named.reduce((so, name) => so.replaceAll(inJson(name), inJson(toGhost(name))), text);
}

/** Ids, times and digests of the attacker's own. */
export function withoutOwn(comparable: string): string {
  return comparable.replaceAll(UUID, "<id>").replaceAll(DATE, "<time>").replaceAll(DIGEST, "<digest>");
}

/** What an answer has of the victim's: the canary, or an id of one of its rows. */
export function secretsIn(comparable: string, victimIds: ReadonlySet<string>): string[] {
  const ids = (comparable.match(UUID) ?? []).filter((id) => victimIds.has(id));
  return comparable.includes(CANARY) ? [...ids, CANARY] : ids;
}

/** Every UUID in a text. */
export const idsIn = (text: string): string[] => text.match(UUID) ?? [];

/** The reason of a failed call; `answered` for one that did not fail. A HEAD has no reason. */
export function endOf({ status, body }: Answer): string {
  if (status < 400) return "answered";
  return /"reason":"([A-Z_]+)"/.exec(body)?.[1] ?? "no reason";
}

function withoutPassing(body: string): unknown {
  try {
    return JSON.parse(body, (key, value) => {
      if (PASSING_FIELDS.has(key)) return "passes";
      // A model that was too slow is nobody's secret.
      if (key === "degraded" && Array.isArray(value)) return value.filter((part) => part !== "embeddings");
      return typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value;
    });
  } catch {
    return body;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
