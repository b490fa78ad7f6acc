import { readFile } from "node:fs/promises";
import { mayShareAnswer } from "../apps/api/src/cache/question-guard.ts";
import type { BenchOptions, Cell, Report, Table } from "./_report.ts";
import { quantile } from "./_timing.ts";

/** Two questions of one data set, and whether people who read them took them for the same. */
interface Pair {
  readonly text_a: string;
  readonly text_b: string;
  readonly label: 0 | 1;
}

/** Jaccard index of the words from which on two questions look alike. */
const OVERLAP_MIN = 0.8;
/** What somebody says to an assistant is shorter than this. */
const ORDINARY_CHARS_MAX = 100;
const WARM_UP_ROUNDS = 2;

const NAMES = ["Ann", "Ann Marie", "Ben", "Ola's room", "the blue lamp", "kitchen"];

/** When two questions look alike, how often are they the same, and how often does the guard say so? */
export async function run({ progress }: BenchOptions): Promise<Report> {
  const polarity = await measurePolaritySets();
  const file = process.env["KEEPSAKE_QQP_FILE"];
  if (!file) {
    return {
      tables: [polarity],
      notes: ["KEEPSAKE_QQP_FILE names no file with labelled question pairs: only the sets."],
    };
  }
  progress(`pairs of ${file}`);
  const pairs = JSON.parse(await readFile(file, "utf8")) as Pair[];
  return {
    tables: [polarity, toPrecisionTable(pairs), timeOnePair(pairs)],
    notes: [
      "Precision: of the pairs that would share an answer, how many ask the same by the label. Recall: of those that do, how many would.",
      `Alike: at least ${OVERLAP_MIN} of all words of both are common to both. Labels are people's, and not always right.`,
    ],
  };
}

async function measurePolaritySets(): Promise<Table> {
  const rows: Cell[][] = [];
  for (const file of ["never.txt", "should.txt", "held-out-never.txt", "held-out-should.txt"]) {
    const text = await readFile(new URL(`../apps/api/test/polarity/${file}`, import.meta.url), "utf8");
    const pairs = text.split("\n").filter((line) => line.includes(" | "));
    const shared = pairs.filter((line) => isShared(...(line.split(" | ") as [string, string])));
    rows.push([file, pairs.length, shared.length]);
  }
  return { title: "The polarity sets", columns: ["set", "pairs", "share an answer"], rows };
}

function toPrecisionTable(pairs: readonly Pair[]): Table {
  const alike = pairs.filter((pair) => toOverlap(pair) >= OVERLAP_MIN);
  return {
    title: `${pairs.length.toLocaleString("en-US")} labelled question pairs`,
    columns: ["pairs", "share an answer", "wrongly", "precision", "recall"],
    rows: [
      toRow("all, no guard", pairs, () => true),
      toRow("all, guard", pairs, ({ text_a, text_b }) => isShared(text_a, text_b)),
      toRow(`alike (${alike.length}), no guard`, alike, () => true),
      toRow(`alike (${alike.length}), guard`, alike, ({ text_a, text_b }) => isShared(text_a, text_b)),
    ],
  };
}

function toRow(name: string, pairs: readonly Pair[], isTaken: (pair: Pair) => boolean): Cell[] {
  const taken = pairs.filter(isTaken);
  const right = taken.filter(({ label }) => label === 1).length;
  const same = pairs.filter(({ label }) => label === 1).length;
  return [name, taken.length, taken.length - right, toShare(right, taken.length), toShare(right, same)];
}

/** Three decimals, also for 1: a share is never taken for a count. */
const toShare = (part: number, whole: number) => (whole === 0 ? null : (part / whole).toFixed(3));

const isShared = (one: string, other: string) => mayShareAnswer(one, other, NAMES).ok;

function toOverlap({ text_a, text_b }: Pair): number {
  const [one, other] = [toWords(text_a), toWords(text_b)];
  const common = [...one].filter((word) => other.has(word)).length;
  return common / Math.max(one.size + other.size - common, 1);
}

const toWords = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

function timeOnePair(pairs: readonly Pair[]): Table {
  const ordinary = pairs.filter(({ text_a, text_b }) => Math.max(text_a.length, text_b.length) <= ORDINARY_CHARS_MAX);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const pair of ordinary) isShared(pair.text_a, pair.text_b);
  const takenMs = ordinary.map(({ text_a, text_b }) => {
    const startedMs = performance.now();
    isShared(text_a, text_b);
    return performance.now() - startedMs;
  });
  const row = [`${ordinary.length} pairs`, quantile(takenMs, 0.5), quantile(takenMs, 0.95)];
  return {
    title: `Time for one pair of at most ${ORDINARY_CHARS_MAX} characters each`,
    columns: ["", "median ms", "p95 ms"],
    rows: [row],
  };
}
