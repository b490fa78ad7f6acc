import { readFile } from "node:fs/promises";

/** CC BY-NC 4.0: for evaluation only, never a part of the repository. */
const DATA = process.env["KEEPSAKE_LOCOMO_FILE"] ?? "";
/** Category 5 asks for what was never said. */
const CATEGORY_MAX = 4;

/** One thing said. */
export interface Turn {
  /** Such as `D1:3`: session and place in it. */
  readonly id: string;
  readonly speaker: string;
  readonly text: string;
  /** When the session was, as the data set words it: `1:56 pm on 8 May, 2023`. */
  readonly date: string;
  /** Names its session within the conversation. */
  readonly session: string;
  /** Its place in the session, from 0. */
  readonly place: number;
}

/** A question about a conversation, with the turns that answer it. */
export interface Question {
  readonly text: string;
  readonly evidence: readonly string[];
}

/** One conversation of two people over months; one user to us. */
export interface Sample {
  readonly id: string;
  readonly turns: readonly Turn[];
  readonly questions: readonly Question[];
}

interface RawTurn {
  readonly speaker: string;
  readonly dia_id: string;
  readonly text: string;
}

interface RawSample {
  readonly sample_id: string;
  readonly conversation: Readonly<Record<string, string | readonly RawTurn[]>>;
  readonly qa: readonly {
    readonly question: string;
    readonly category: number;
    readonly evidence?: readonly string[];
  }[];
}

/** The conversations of LoCoMo; null when the file is not there. */
export async function readLocomo(): Promise<Sample[] | null> {
  try {
    const raw = JSON.parse(await readFile(DATA, "utf8")) as RawSample[];
    return raw.map(toSample);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function toSample({ sample_id, conversation, qa }: RawSample): Sample {
  const turns = Object.entries(conversation).flatMap(([session, said]) =>
    typeof said === "string"
      ? []
      : said.map((turn, place) => toTurn(turn, String(conversation[`${session}_date_time`]), session, place)),
  );
  const known = new Set(turns.map(({ id }) => id));
  const questions = qa
    .filter(({ category }) => category <= CATEGORY_MAX)
    .map(({ question, evidence }) => ({ text: question, evidence: toIds(evidence ?? [], known) }))
    .filter(({ evidence }) => evidence.length > 0);
  return { id: sample_id, turns, questions };
}

function toTurn({ dia_id, speaker, text }: RawTurn, date: string, session: string, place: number): Turn {
  return { id: toId(dia_id), speaker, text, date, session, place };
}

/** Seconds between two lines of a session: the data set has one time for all of them. */
const LINE_SECONDS = 20;

/** When a turn was said, by the session's clock as if it were UTC. */
export function saidAt({ date, place }: Turn): Date {
  const [, hour, minute, half, day, month, year] = /(\d+):(\d+) (am|pm) on (\d+) (\w+), (\d+)/.exec(date) ?? [];
  const hours = (Number(hour) % 12) + (half === "pm" ? 12 : 0);
  const startMs = Date.parse(`${day} ${month} ${year} ${hours}:${minute} UTC`);
  return new Date(startMs + place * LINE_SECONDS * 1000);
}

/** A few references are malformed: several in one text, zeros in front, turns that do not exist. */
function toIds(evidence: readonly string[], known: ReadonlySet<string>): string[] {
  const ids = evidence.flatMap((text) => text.match(/D\d+:\d+/g) ?? []).map(toId);
  return [...new Set(ids)].filter((id) => known.has(id));
}

const toId = (id: string) => id.replace(/\b0+(?=\d)|(?<=D)0+/g, "");
