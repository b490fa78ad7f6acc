import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import type { Logger } from "../src/platform/logger.ts";

/** `pnpm test` empties it, and at its end looks for every text of every file in every log. */
const FOLDER = fileURLToPath(new URL("../../../.cache/test-logs/", import.meta.url));
/** Shorter texts are found everywhere by chance; a longer one is known by its beginning. */
const CANARY_CHARS = { min: 16, max: 60 };
/** Enough of one file to find a leak by, and few enough that looking for them takes no time. */
const CANARIES_MAX = 20_000;

/**
 * What people wrote, among the parameters of statements: words with spaces between them, or with letters beyond ASCII.
 * Ids, names of procedures and numbers have neither, and may be logged.
 */
export function textsOf(parameter: unknown): string[] {
  if (Array.isArray(parameter)) return parameter.flatMap(textsOf);
  if (typeof parameter === "object" && parameter !== null) return Object.values(parameter).flatMap(textsOf);
  if (typeof parameter !== "string" || parameter.length < CANARY_CHARS.min) return [];
  if (/^[[{]/.test(parameter)) return textsOf(parsed(parameter));
  const isWritten = /\S\s+\S/.test(parameter) || /\p{L}/u.test(parameter.replace(/[\x20-\x7e]/g, ""));
  return isWritten ? [parameter.trim().slice(0, CANARY_CHARS.max)] : [];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** The log of one server of a test, at its most talkative, and the texts that must not stand in it. */
export class LogCanaries {
  readonly logger: Logger;
  readonly #texts = new Set<string>();
  readonly #lines: string[] = [];
  readonly #file: string;

  /** @param secrets tokens and passwords of this server */
  constructor(name: string, secrets: readonly string[]) {
    this.#file = `${FOLDER}${name}-${randomUUID()}`;
    for (const secret of secrets) this.#texts.add(secret);
    this.logger = pino({ level: "debug" }, { write: (line: string) => void this.#lines.push(line) });
  }

  /** Every statement with its parameters, as it is sent; why the model refused a text is a sentence of ours. */
  readonly record = (sql: string, parameters: readonly unknown[]): void => {
    if (sql.includes('set "embedding_failure"')) return;
    if (this.#texts.size < CANARIES_MAX) for (const text of parameters.flatMap(textsOf)) this.#texts.add(text);
  };

  /** Leaves log and texts for the look at the end of the whole run. */
  save(): void {
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(`${this.#file}.log`, this.#lines.join(""));
    appendFileSync(`${this.#file}.texts.json`, JSON.stringify([...this.#texts]));
  }
}

/** Leaves what a server's process printed for the same look. */
export function saveOutput(name: string, output: string, secrets: readonly string[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${name}-${randomUUID()}`;
  appendFileSync(`${file}.log`, output);
  appendFileSync(`${file}.texts.json`, JSON.stringify(secrets));
}
