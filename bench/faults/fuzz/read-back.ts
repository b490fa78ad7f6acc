import type { KeepsakeClient } from "../../../packages/client/src/index.ts";
import { canonical } from "./canonical.ts";
import type { FuzzCall } from "./fuzz-call.ts";
import { toJsonText } from "./hostile-values.ts";

type Fields = Readonly<Record<string, unknown>>;
/** Finds what a call has stored; null when something else has taken its place since. */
type Reader = (stored: Stored, answer: Fields, sent: Fields) => Promise<Fields | null>;

/** By which other call each storing one is read again. */
const READERS: Readonly<Record<string, Reader>> = {
  "memory.add": readMemory,
  "memory.update": readMemory,
  "conversation.append": async (stored, { id }, { sessionId }) =>
    (await stored.messages(String(sessionId))).find((message) => message.id === id) ?? lost(),
  "preferences.set": async (stored, { version }, { key }) =>
    (await stored.preferences(String(key))).find((one) => one.version === version) ?? lost(),
  "training.add": readExample,
  "training.update": readExample,
  "cache.store": async (stored, { id, key, expiresAt }) => {
    const answers = await stored.answers();
    const isOver = answers.some((one) => one.key === key) || new Date(String(expiresAt)) <= new Date();
    return answers.find((one) => one.id === id) ?? (isOver ? null : lost());
  },
};

const lost = () => {
  throw new Error("it is not there");
};

/** The version that the call made, and what only the memory itself tells while it is still that one. */
async function readMemory({ client }: Stored, { id, version }: Fields, sent: Fields): Promise<Fields> {
  const query = { id: String(id), limit: 200 };
  const versions = await readAll((cursor) => client.memory.history.query({ ...query, ...cursor }));
  const made = versions.find((one) => one.version === version) ?? lost();
  const now = await client.memory.get.query({ id: String(id) }).catch(() => null);
  if (now?.version === version) return { ...now, ...made };
  // Without an end of its own, it ended where the version after it begins.
  const { validTo, ...replaced } = made;
  return sent["validTo"] === undefined || sent["validTo"] === null ? replaced : { ...replaced, validTo };
}

async function readExample({ client }: Stored, { id, version }: Fields): Promise<Fields | null> {
  const example = await client.training.get.query({ id: String(id) });
  return example.version === version ? example : null;
}

/** What a user has stored, each list of it read once. */
export class Stored {
  readonly client: KeepsakeClient;
  readonly #lists = new Map<string, Promise<unknown>>();

  constructor(client: KeepsakeClient) {
    this.client = client;
  }

  messages(sessionId: string) {
    const { history } = this.client.conversation;
    return this.#once(`session ${sessionId}`, (cursor) => history.query({ sessionId, limit: 200, ...cursor }));
  }

  preferences(key: string) {
    const { history } = this.client.preferences;
    return this.#once(`preference ${key}`, (cursor) => history.query({ key, limit: 200, ...cursor }));
  }

  answers() {
    const { list } = this.client.cache;
    return this.#once("answers", (cursor) => list.query({ includeExpired: true, limit: 200, ...cursor }));
  }

  #once<T>(name: string, read: ReadPage<T>): Promise<T[]> {
    const list = (this.#lists.get(name) as Promise<T[]> | undefined) ?? readAll(read);
    this.#lists.set(name, list);
    return list;
  }
}

type ReadPage<T> = (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>;

async function readAll<T>(read: ReadPage<T>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: { cursor?: string } | null = {}; cursor; ) {
    const { items, nextCursor }: Awaited<ReturnType<ReadPage<T>>> = await read(cursor);
    all.push(...items);
    cursor = nextCursor === null ? null : { cursor: nextCursor };
  }
  return all;
}

const ofText = (form: (text: string) => unknown) => (value: unknown) =>
  typeof value === "string" ? form(value) : value;
const ofNumber = (value: unknown) => (typeof value === "number" ? Math.fround(value) : value);
const sorted = (named: unknown, form: (name: string) => string) =>
  [
    ...new Set(
      (Array.isArray(named) ? named : []).map((one) => form(typeof one === "string" ? one : (one.id ?? one.key))),
    ),
  ].sort();
/** What an answer was made from, whether named with its version or without. */
const ofSources = (value: unknown) =>
  isFields(value)
    ? {
        memories: sorted(value["memories"], (id) => id.toLowerCase()),
        preferences: sorted(value["preferences"], (key) => key.normalize("NFC")),
      }
    : value;
const ofTime = (value: unknown) =>
  typeof value === "string" || value instanceof Date ? new Date(value).toISOString() : value;

/** What the contract says of a field's form; all others come back to the letter. */
const FORMS: Readonly<Record<string, (value: unknown) => unknown>> = {
  id: ofText((id) => id.toLowerCase()),
  language: ofText((tag) => tag.toLowerCase()),
  tags: (tags) => (Array.isArray(tags) ? [...new Set(tags.map((tag) => String(tag).trim()))] : tags),
  dependsOn: ofSources,
  importance: ofNumber,
  confidence: ofNumber,
  validFrom: ofTime,
  validTo: ofTime,
  expiresAt: ofTime,
  createdAt: ofTime,
};

/**
 * Reads again what an accepted call has stored, by another call than its own answer.
 *
 * @returns what is there otherwise than it was sent, in a sentence; null when nothing is; undefined when the call stored
 *   nothing of its own
 */
export async function readBack(stored: Stored, call: FuzzCall, answer: unknown): Promise<string | null | undefined> {
  const { input, meta, twin } = call;
  const read = READERS[twin.path];
  // With superjson's own words for it, what is stored is what they make of it.
  if (!read || meta !== null || !isFields(input) || !isFields(answer)) return undefined;
  const hasStored = answer["duplicate"] !== true && answer["applied"] !== false && answer["cached"] !== false;
  if (!hasStored) return undefined;
  const sent = JSON.parse(toJsonText(input)) as Record<string, unknown>;
  if (sent["mode"] === "merge") delete sent["value"];
  try {
    const found = await read(stored, answer, sent);
    return found === null ? undefined : findDifference(twin.path, sent, found);
  } catch (error) {
    return `was accepted and cannot be read: ${String(error)}`;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function findDifference(path: string, sent: Fields, found: Fields): string | null {
  for (const [name, value] of Object.entries(sent).filter(([field]) => Object.hasOwn(found, field))) {
    const form = FORMS[name] ?? ((same: unknown) => same);
    const expected = form(value);
    // The same content, added by another call at the same time, adds its tags behind.
    const isUnited = path === "memory.add" && name === "tags" && Array.isArray(expected);
    const is = isUnited ? (found["tags"] as unknown[]).slice(0, expected.length) : form(found[name]);
    const [sentText, foundText] = [canonical(expected), canonical(is)];
    if (sentText !== foundText) return `${name} was read again ${aroundDifference(sentText, foundText)}`;
  }
  return null;
}

const SHOWN_CHARS = 200;

/** Where two texts begin to differ: long ones have the same beginning. */
function aroundDifference(sent: string, found: string): string {
  let at = 0;
  while (sent[at] === found[at]) at += 1;
  const part = (text: string) => text.slice(Math.max(0, at - SHOWN_CHARS), at + SHOWN_CHARS);
  return `as ${part(found)}, and not as ${part(sent)}, from character ${at} on`;
}
