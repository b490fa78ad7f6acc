// The few messages of PostgreSQL's protocol 3.0 that the sockets look into.

const CODES = { query: "Q", parse: "P", bind: "B", describe: "D", close: "C", terminate: "X" } as const;
const READY_FOR_QUERY = 0x5a;
const DATA_ROW = 0x44;
/** `Z`, a length of 5, and the state: how every answer ends that closes a round. */
const READY_BYTES = 6;
const ENDED = 0;

/** What a message is, by its first byte. The first message of a connection has none. */
export type MessageKind = keyof typeof CODES | "startup" | "other";

/** The kind of a whole message. */
export function kindOf(message: Uint8Array): MessageKind {
  if (message[0] === ENDED) return "startup";
  const code = String.fromCharCode(message[0] ?? 0);
  return (Object.keys(CODES) as (keyof typeof CODES)[]).find((kind) => CODES[kind] === code) ?? "other";
}

/** The session's state at the end of an answer; null when the answer is not at its end yet. */
export function stateAfter(answer: Uint8Array): "idle" | "in transaction" | null {
  const at = answer.length - READY_BYTES;
  if (at < 0 || answer[at] !== READY_FOR_QUERY) return null;
  return answer[answer.length - 1] === "I".charCodeAt(0) ? "idle" : "in transaction";
}

/** A simple query. */
export function queryMessage(sql: string): Uint8Array {
  return toMessage(CODES.query, [sql]);
}

/** Gives up a prepared statement. */
export function closeStatementMessage(name: string): Uint8Array {
  return toMessage(CODES.close, [`S${name}`]);
}

/** Ends a round of the extended protocol. */
export const SYNC_MESSAGE: Uint8Array = toMessage("S", []);

/** Tells the client why its connection ends. */
export function fatalMessage(sqlState: string, text: string): Uint8Array {
  return toMessage("E", ["SFATAL", "VFATAL", `C${sqlState}`, `M${text}`, ""]);
}

/** Of an error: its code (SQLSTATE), as PostgreSQL gives it and as it is meant here. */
const CODE_FIELDS = {
  /** Our own refusal, on a disk that is nearly full: a full disk. */
  diskFull: [Buffer.from("C25006\0"), Buffer.from("C53100\0")],
  /** PostgreSQL takes a disk that may not be written to for a lack of rights: an error of the disk. */
  diskReadOnly: [Buffer.from("C42501\0"), Buffer.from("C58030\0")],
} as const;
const DISK_IS_READ_ONLY = Buffer.from("Read-only file system");

/** An answer whose error, if it is one of the disk's, says so by its code. */
export function withDiskErrors(answer: Uint8Array, isDiskFull: boolean): Uint8Array {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  if (isDiskFull) return withField(bytes, CODE_FIELDS.diskFull);
  return bytes.includes(DISK_IS_READ_ONLY) ? withField(bytes, CODE_FIELDS.diskReadOnly) : answer;
}

function withField(bytes: Buffer, [from, to]: readonly [Buffer, Buffer]): Uint8Array {
  const at = bytes.indexOf(from);
  if (at < 0) return bytes;
  const changed = Uint8Array.from(bytes);
  changed.set(to, at);
  return changed;
}

/** The start of a connection as PGlite's own user, whatever a client asked for: a bad one would end PGlite. */
export const STARTUP_MESSAGE: Uint8Array = toStartup(["user", "postgres", "database", "postgres", ""]);

/** What a client's first message says: its user and its settings. */
export function readStartup(message: Uint8Array): ReadonlyMap<string, string> {
  const texts = Buffer.from(message).subarray(8).toString("utf8").split("\0");
  const pairs = texts.flatMap((name, at) =>
    at % 2 === 0 && name !== "" ? [[name, texts[at + 1] ?? ""] as const] : [],
  );
  return new Map(pairs);
}

/** The first column of the first row of an answer, as text. */
export function firstValue(answer: Uint8Array): string | null {
  const bytes = Buffer.from(answer);
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] !== DATA_ROW) continue;
    const lengthBytes = bytes.readInt32BE(at + 7);
    return lengthBytes < 0 ? null : bytes.toString("utf8", at + 11, at + 11 + lengthBytes);
  }
  return null;
}

/** The texts of a message that has several, in order: a Parse's name and statement, a Bind's portal and name. */
export function textsOf(message: Uint8Array, count: number): string[] {
  const bytes = Buffer.from(message);
  const texts: string[] = [];
  let at = 5;
  for (let text = 0; text < count; text += 1) {
    const end = bytes.indexOf(0, at);
    texts.push(bytes.toString("utf8", at, end));
    at = end + 1;
  }
  return texts;
}

/** The message with other texts at its beginning; what follows them stays. */
export function withTexts(message: Uint8Array, texts: readonly string[]): Uint8Array {
  const bytes = Buffer.from(message);
  let at = 5;
  for (const _ of texts) at = bytes.indexOf(0, at) + 1;
  return toMessage(String.fromCharCode(message[0] ?? 0), texts, bytes.subarray(at));
}

function toMessage(code: string, texts: readonly string[], rest: Uint8Array = Buffer.alloc(0)): Uint8Array {
  const body = Buffer.concat([Buffer.from(texts.map((text) => `${text}\0`).join("")), rest]);
  return Uint8Array.from(Buffer.concat([Buffer.from(code), toLength(body.length + 4), body]));
}

function toStartup(texts: readonly string[]): Uint8Array {
  const body = Buffer.concat([toLength(196_608), Buffer.from(texts.map((text) => `${text}\0`).join(""))]);
  return Uint8Array.from(Buffer.concat([toLength(body.length + 4), body]));
}

function toLength(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
