import type { KeepsakeClient } from "@keepsake/client";
import { CIRCLE_SHARES, type CircleShares } from "../apps/api/src/conversation/message-search.ts";
import { findLines } from "../apps/api/src/conversation/search-store.ts";
import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import { readLocomo, type Sample, saidAt } from "./_locomo.ts";
import { meanOf, RECALL_HITS, type RecallFigures, recallOf } from "./_recall.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";

/** What counts for a message's score. */
interface Setting {
  readonly name: string;
  readonly dated: boolean;
  readonly shares: CircleShares;
}

const LINE = { line: 1, near: 0, wider: 0, talk: 0 };
const { line, near, wider, talk } = CIRCLE_SHARES;

const SETTINGS: readonly Setting[] = [
  { name: "the line alone", dated: false, shares: LINE },
  { name: "and its day", dated: true, shares: LINE },
  { name: "and its neighbours", dated: true, shares: { line: line + talk, near, wider, talk: 0 } },
  { name: "and its talk, no neighbours", dated: true, shares: { line: line + near + wider, near: 0, wider: 0, talk } },
  { name: "neighbours and talk, no day", dated: false, shares: CIRCLE_SHARES },
];
const AS_SHIPPED = "conversation.search";

/** The shares were chosen on the first, third and fifth conversation; the second and the fourth had no say. */
const isHeldOut = (index: number) => index % 2 === 1;

/** How many of the turns that answer a question does `conversation.search` find by words, without any model? */
export async function run({ progress }: BenchOptions): Promise<Report> {
  const samples = await readLocomo();
  if (!samples) return { tables: [], notes: ["LoCoMo is not there (KEEPSAKE_LOCOMO_FILE names it): skipped."] };
  await using server = await startBenchServer({ engine: hasRealPostgres() ? "postgres" : "embedded" });
  const turns = new Map<string, string>();
  for (const [index, sample] of samples.entries()) {
    progress(`storing conversation ${index + 1} of ${samples.length}, without its days and with them`);
    for (const dated of [false, true]) await store(server.clientOf(userOf(sample, dated)), sample, dated, turns);
  }
  const rows: Cell[][] = [];
  for (const setting of SETTINGS) {
    progress(setting.name);
    rows.push(toRow(setting.name, await measureBy(samples, turns, (sample) => findWith(server, sample, setting))));
  }
  progress(AS_SHIPPED);
  rows.push(toRow(AS_SHIPPED, await measureBy(samples, turns, (sample) => searchOverHttp(server, sample))));
  const columns = ["what counts", "R@5", "R@10", "R@20", "MRR", "R@10 chosen on", "R@10 held out"];
  const questions = samples.reduce((sum, sample) => sum + sample.questions.length, 0);
  return {
    tables: [
      { title: `LoCoMo, ${samples.length} conversations, ${questions} questions, by words alone`, columns, rows },
    ],
    notes: ["The shares were chosen on the first, third and fifth conversation; the second and fourth are held out."],
  };
}

const userOf = ({ id }: Sample, dated: boolean) => `${dated ? "dated" : "undated"}.${id}`;

/** Without its days every message is of today, in the same order and the same sessions. */
async function store(client: KeepsakeClient, sample: Sample, dated: boolean, turns: Map<string, string>) {
  for (const turn of sample.turns) {
    const { id } = await client.conversation.append.mutate({
      sessionId: turn.session,
      role: turn.place % 2 === 0 ? "user" : "assistant",
      content: `${turn.speaker}: ${turn.text}`,
      ...(dated && { createdAt: saidAt(turn) }),
    });
    turns.set(id, turn.id);
  }
}

/** Asks for a question's messages. @returns their ids, best first */
type Ask = (question: string) => Promise<readonly string[]>;

function findWith({ keepsake }: BenchServer, sample: Sample, { dated, shares }: Setting): Ask {
  const actor = { userId: userOf(sample, dated) };
  const search = { byWords: true, meaning: null, limit: RECALL_HITS, scoreMin: 0, around: 0, shares };
  return async (query) => {
    const { lines } = await keepsake.services.flush({ lines: findLines(actor, { ...search, query }) });
    return lines.map(({ message }) => message.id);
  };
}

function searchOverHttp(server: BenchServer, sample: Sample): Ask {
  const client = server.clientOf(userOf(sample, true));
  return async (query) => {
    const { hits } = await client.conversation.search.query({ query, limit: RECALL_HITS, mode: "keyword" });
    return hits.map(({ id }) => id);
  };
}

/** @returns the figures of each question, by conversation */
async function measureBy(
  samples: readonly Sample[],
  turns: ReadonlyMap<string, string>,
  askOf: (sample: Sample) => Ask,
) {
  const figures: RecallFigures[][] = [];
  for (const sample of samples) {
    const ask = askOf(sample);
    const ofSample: RecallFigures[] = [];
    for (const { text, evidence } of sample.questions) {
      const ids = await ask(text);
      ofSample.push(
        recallOf(
          evidence,
          ids.map((id) => [turns.get(id) ?? ""]),
        ),
      );
    }
    figures.push(ofSample);
  }
  return figures;
}

function toRow(name: string, figures: readonly RecallFigures[][]): Cell[] {
  const chosenOn = meanOf(figures.filter((_, index) => !isHeldOut(index)).flat());
  const heldOut = meanOf(figures.filter((_, index) => isHeldOut(index)).flat());
  return [name, ...meanOf(figures.flat()), chosenOn[1], heldOut[1]];
}
