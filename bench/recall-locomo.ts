import type { KeepsakeClient } from "@keepsake/client";
import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import { readLocomo, type Sample, type Turn } from "./_locomo.ts";
import { meanOf, RECALL_HITS, type RecallFigures, recallOf } from "./_recall.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";

/** How the turns are stored. */
interface Setting {
  readonly name: string;
  toContent(turn: Turn): string;
  /** What the caller says of the language; without it the server keeps stems and exact words. */
  readonly language?: string;
}

const plain = ({ speaker, text }: Turn) => `${speaker}: ${text}`;
const dated = (turn: Turn) => `${plain(turn)} (${turn.date})`;

const SETTINGS: readonly Setting[] = [
  { name: "turn", toContent: plain },
  { name: "turn, language en", toContent: plain, language: "en" },
  { name: "turn and date", toContent: dated },
  { name: "turn and date, language en", toContent: dated, language: "en" },
];

/** Measured elsewhere over all ten conversations and 1,536 questions; ours are the first five of them. */
const ELSEWHERE: readonly (readonly Cell[])[] = [
  ["elsewhere: AND of the words, ts_rank_cd", null, 0.105, null, null],
  ["elsewhere: OR, ts_rank", 0.52, 0.591, 0.661, 0.473],
  ["elsewhere: OR, ts_rank, date", 0.548, 0.617, 0.686, 0.493],
  ["elsewhere: BM25", 0.516, 0.59, 0.656, 0.445],
  ["elsewhere: BM25, date", 0.54, 0.616, 0.682, 0.473],
];

const BATCH_ITEMS = 500;

/** How many of the turns that answer a question does a search by words find, without any model? */
export async function run({ progress }: BenchOptions): Promise<Report> {
  const samples = await readLocomo();
  if (!samples) return { tables: [], notes: ["LoCoMo is not there (KEEPSAKE_LOCOMO_FILE names it): skipped."] };
  await using server = await startBenchServer({ engine: hasRealPostgres() ? "postgres" : "embedded" });
  const rows: (readonly Cell[])[] = [];
  for (const setting of SETTINGS) {
    progress(setting.name);
    rows.push([`memory.search: ${setting.name}`, ...(await measure(server, samples, setting))]);
  }
  const questions = samples.reduce((sum, sample) => sum + sample.questions.length, 0);
  return {
    tables: [
      {
        title: `LoCoMo, ${samples.length} conversations, ${questions} questions, single turns found by words alone`,
        columns: ["search", "R@5", "R@10", "R@20", "MRR"],
        rows: [...rows, ...ELSEWHERE],
      },
    ],
    notes: ["A session's date as `validFrom` alone changes nothing here: only words are searched."],
  };
}

async function measure(server: BenchServer, samples: readonly Sample[], setting: Setting): Promise<RecallFigures> {
  const found: RecallFigures[] = [];
  for (const sample of samples) {
    const client = server.clientOf(`${setting.name.replaceAll(/\W+/g, "-")}.${sample.id}`);
    const turnsById = await store(client, sample, setting);
    for (const { text, evidence } of sample.questions) {
      const { hits } = await client.memory.search.query({ query: text, limit: RECALL_HITS, mode: "keyword" });
      const turns = hits.map(({ id }) => turnsById.get(id) ?? []);
      found.push(recallOf(evidence, turns));
    }
  }
  return meanOf(found);
}

/** @returns memory → its turns; two, where the same was said twice */
async function store(client: KeepsakeClient, { turns }: Sample, setting: Setting): Promise<Map<string, string[]>> {
  const turnsById = new Map<string, string[]>();
  for (let from = 0; from < turns.length; from += BATCH_ITEMS) {
    const batch = turns.slice(from, from + BATCH_ITEMS);
    const { language } = setting;
    const items = batch.map((turn) => ({ content: setting.toContent(turn), ...(language && { language }) }));
    const { results } = await client.memory.addMany.mutate({ items });
    for (const [index, { id }] of results.entries()) {
      turnsById.set(id, [...(turnsById.get(id) ?? []), batch[index]?.id ?? ""]);
    }
  }
  return turnsById;
}
