import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "..", ".cache", "test-logs");
/** By which a text is recognised before it is compared whole. */
const HEAD_CHARS = 16;
/** Of our own making: the secret is behind the second `_`. */
const TOKEN = /\bks_[A-Za-z0-9]+_[A-Za-z0-9_-]{20,}/;

/** A text that stands in a log. */
export interface Leak {
  readonly log: string;
  readonly line: string;
  readonly text: string;
}

/** What was looked at, and what was found. */
export interface LogReport {
  readonly logs: number;
  readonly lines: number;
  readonly texts: number;
  readonly leaks: readonly Leak[];
}

/** Texts by their first characters, as they stand in JSON. */
function byHead(texts: Iterable<string>): Map<string, string[]> {
  const heads = new Map<string, string[]>();
  for (const text of texts) {
    const escaped = JSON.stringify(text).slice(1, -1);
    const head = escaped.slice(0, HEAD_CHARS);
    if (head.length === HEAD_CHARS) heads.set(head, [...(heads.get(head) ?? []), escaped]);
  }
  return heads;
}

/** The first of these texts that stands in a line, or a token of ours; null when none does. */
function findIn(line: string, heads: ReadonlyMap<string, readonly string[]>): string | null {
  for (let at = 0; at + HEAD_CHARS <= line.length; at++) {
    const found = heads.get(line.slice(at, at + HEAD_CHARS))?.find((text) => line.startsWith(text, at));
    if (found !== undefined) return found;
  }
  return TOKEN.exec(line)?.[0] ?? null;
}

/** Every line of a log that holds one of these texts, or a token. */
export function findLeaks(log: string, content: string, texts: Iterable<string>): Leak[] {
  return leaksIn(log, content.split("\n"), byHead(texts));
}

function leaksIn(log: string, lines: readonly string[], heads: ReadonlyMap<string, readonly string[]>): Leak[] {
  return lines.flatMap((line) => {
    const text = findIn(line, heads);
    return text === null ? [] : [{ log, line, text }];
  });
}

/** Forgets the logs of earlier runs. */
export function removeLogs(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

/** Looks in every log of the run for what any of its tests wrote. */
export function searchLogs(): LogReport {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const texts = new Set<string>();
  for (const file of files.filter((name) => name.endsWith(".texts.json"))) {
    for (const text of JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as string[]) texts.add(text);
  }
  const logs = files.filter((name) => name.endsWith(".log"));
  const heads = byHead(texts);
  let lines = 0;
  const leaks: Leak[] = [];
  for (const log of logs) {
    const content = readFileSync(join(FOLDER, log), "utf8").split("\n");
    lines += content.length;
    leaks.push(...leaksIn(log, content, heads));
  }
  return { logs: logs.length, lines, texts: texts.size, leaks };
}

/** One line on what was found, for the end of a run, and a few of the leaks. */
export function formatReport({ logs, lines, texts, leaks }: LogReport): string {
  const count = (number: number) => number.toLocaleString("en");
  const sum = `logs: ${count(logs)} servers, ${count(lines)} lines, ${count(texts)} texts and secrets looked for, ${count(leaks.length)} found`;
  const shown = leaks
    .slice(0, 5)
    .map(({ log, line, text }) => `  ${log}: ${JSON.stringify(text)} in ${line.slice(0, 300)}`);
  return [sum, ...shown].join("\n");
}
