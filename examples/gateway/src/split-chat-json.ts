import { type ChatMessage, toPieces } from "./chat-message.ts";
import type { Piece } from "./piece.ts";
import { FileFault } from "./read-text-file.ts";

/** Under which names exports keep what a message says, who says it, and when. */
const TEXT_FIELDS = ["content", "text", "message"];
const WHO_FIELDS = ["role", "author", "from", "sender", "name", "user"];
const TIME_FIELDS = ["createdAt", "created_at", "timestamp", "date", "time"];

/**
 * Splits a chat of JSON by days: one message a line, a list, or an object with a list of `messages`.
 *
 * @param path for the sentence that says what is wrong
 * @throws FileFault when it is not JSON or holds no messages
 */
export function splitChatJson(text: string, path: string): Piece[] {
  const messages = parseValues(text, path).flatMap(toMessage);
  if (messages.length > 0) return toPieces(messages);
  throw new FileFault(`${path} holds no messages: each needs its text as ${TEXT_FIELDS.join(", ")}.`);
}

function parseValues(text: string, path: string): unknown[] {
  const whole = parse(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : toList(fieldOf(whole, "messages") ?? [whole]);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const values = lines.map(parse);
  const fault = values.indexOf(undefined);
  if (fault === -1) return values;
  throw new FileFault(`${path} is neither JSON nor lines of JSON: "${lines[fault]?.slice(0, 40)}" is not.`);
}

/** @returns undefined, which JSON cannot say, for what is not JSON */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function toMessage(value: unknown): ChatMessage[] {
  const text = toText(firstField(value, TEXT_FIELDS));
  if (text === "") return [];
  return [{ day: toDay(firstField(value, TIME_FIELDS)), who: toText(firstField(value, WHO_FIELDS)), text }];
}

/** A text, or the texts of a list of parts; empty for anything else. */
function toText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return toList(value)
    .map((part) => (typeof part === "string" ? part : toText(fieldOf(part, "text"))))
    .join("");
}

/** From ISO 8601, or from seconds or milliseconds since 1970; the UTC day, so that it is the same on every machine. */
function toDay(time: unknown): string {
  if (typeof time !== "number" && typeof time !== "string") return "";
  const date = new Date(isSeconds(time) ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** As milliseconds, these would be of the year 1973 at the latest. */
function isSeconds(time: number | string): time is number {
  return typeof time === "number" && time < 100_000_000_000;
}

const toList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const firstField = (value: unknown, names: readonly string[]): unknown =>
  names.map((name) => fieldOf(value, name)).find((field) => field !== undefined && field !== null);

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
