import type { TestEngine } from "../../packages/db/testing/index.ts";

/** Where the database of a drill lives. */
export type Home = TestEngine;

/** How a drill is run. */
export interface DrillOptions {
  /** Which home it is tried on. */
  readonly home: Home;
  /** The whole number of rounds, as `pnpm bench faults` runs it; a few for CI otherwise. */
  readonly full: boolean;
  /** Tells a waiting person what is done now. */
  log(step: string): void;
}

/** What a drill counted, and what went wrong. */
export interface Outcome {
  /** By their words, in the order in which a person reads them: `{ rounds: 20, acknowledged: 3120, lost: 0 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Sentences; none when every promise was kept. */
  readonly failures: readonly string[];
  /** Times and sizes that were measured on the way, with their units; nothing depends on them. */
  readonly measured?: Readonly<Record<string, string>>;
}

/** The same drill against something that is broken on purpose: it proves that the drill can fail. */
export interface Control {
  /** What is broken: `fsync off`. */
  readonly title: string;
  readonly homes: readonly Home[];
  /** Passes when what it returns has failures. */
  run(options: DrillOptions): Promise<Outcome>;
}

/** One fault, tried again and again against the real server: a file of this folder. */
export interface Drill {
  /** As the file is named: `kill-server`. */
  readonly name: string;
  /** What is done and what has to hold, in a sentence. */
  readonly title: string;
  readonly homes: readonly Home[];
  /** Why it is run only when somebody names it; missing for all others. */
  readonly onlyByName?: string;
  /** Why it cannot run on this machine; null when it can. */
  whyNot?(): string | null;
  run(options: DrillOptions): Promise<Outcome>;
  readonly controls?: readonly Control[];
}

/** `20 rounds, 3,120 acknowledged, 0 lost`. */
export function formatCounts(counts: Outcome["counts"]): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count.toLocaleString("en-US")} ${what}`)
    .join(", ");
}

/** The line of a drill: `drill kill-server (embedded): 20 rounds, 3,120 acknowledged, 0 lost, 0 doubled`. */
export function formatLine(name: string, home: Home, { counts, measured }: Outcome): string {
  const figures = Object.entries(measured ?? {}).map(([what, figure]) => `${what} ${figure}`);
  return `drill ${name} (${home}): ${[formatCounts(counts), ...figures].join("; ")}`;
}
