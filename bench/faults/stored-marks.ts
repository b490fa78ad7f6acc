import type { DatabaseHandle } from "../../packages/db/src/index.ts";
import { TABLE_RULES } from "./table-rules.ts";
import { MARK, type Place, type Write } from "./write.ts";

type Sql = DatabaseHandle["sql"];

/** Everything that marks may stand in. A version that was replaced lies in a table of its own. */
const TEXTS: Readonly<Record<Place, string>> = {
  memories: "select content as text from knowledge union all select content from knowledge_versions",
  forgotten: "select id::text as text from knowledge where forgotten_at is not null",
  preferences: "select value::text as text from preferences",
  messages: "select content as text from conversations",
  answers: "select query_text as text from response_cache",
  feedback: "select comment as text from interaction_feedback where comment is not null",
};

/** What must hold between tables, whatever was killed when: statements that find what breaks it. */
const INVARIANTS: Readonly<Record<string, string>> = {
  ...TABLE_RULES,
  // A turn's beginning is told anew from what it stored.
  "an idempotency key without its answer": `
    select from idempotency_keys where response is null and procedure <> 'conversation.begin'`,
  "a preference that counts another number of changes than it shows": `
    select from preferences p where version <> (select count(*) from jsonb_object_keys(p.value))`,
  "an interaction with two questions or two answers": `
    select from conversations group by user_id, interaction_id, role having count(*) > 1`,
  "an answered interaction without its answer": `
    select from interactions i where answered_at is not null and not exists (
      select from conversations c
      where c.user_id = i.user_id and c.interaction_id = i.interaction_id and c.role = 'assistant')`,
  "feedback on an answer without its one training example": `
    select from interaction_feedback f where 1 <> (
      select count(*) from training_data t where t.user_id = f.user_id and t.interaction_id = f.interaction_id)`,
};

/** Acknowledged writes beside what is stored. */
export interface Comparison {
  /** Acknowledged, and not there. */
  readonly lost: readonly Write[];
  /** There more than once. */
  readonly doubled: readonly Write[];
  /** Broken rules between tables, in words. */
  readonly broken: readonly string[];
}

/** Compares what was acknowledged with what the tables hold, and the tables with each other. */
export async function compareWithStored(sql: Sql, acknowledged: readonly Write[]): Promise<Comparison> {
  const counts = await countMarks(sql);
  return {
    lost: acknowledged.filter((write) => countOf(counts, write) === 0),
    doubled: acknowledged.filter((write) => countOf(counts, write) > 1),
    broken: await findBrokenRules(sql),
  };
}

/** Those writes that have happened, whether anybody was told or not. */
export async function findStored(sql: Sql, sent: readonly Write[]): Promise<Write[]> {
  const counts = await countMarks(sql);
  return sent.filter((write) => countOf(counts, write) > 0);
}

const countOf = (counts: ReadonlyMap<string, number>, { place, mark }: Write) => counts.get(`${place} ${mark}`) ?? 0;

async function countMarks(sql: Sql): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [place, statement] of Object.entries(TEXTS)) {
    for (const { text } of await sql.unsafe<{ text: string }[]>(statement)) {
      for (const mark of place === "forgotten" ? [text] : (text.match(MARK) ?? [])) {
        counts.set(`${place} ${mark}`, (counts.get(`${place} ${mark}`) ?? 0) + 1);
      }
    }
  }
  return counts;
}

async function findBrokenRules(sql: Sql): Promise<string[]> {
  const broken: string[] = [];
  for (const [rule, statement] of Object.entries(INVARIANTS)) {
    const rows = await sql.unsafe(statement);
    if (rows.length > 0) broken.push(`${rule} (${rows.length} times)`);
  }
  return broken;
}

/** A comparison as sentences, none when all is well. */
export function toFailures({ lost, doubled, broken }: Comparison): string[] {
  const told = (writes: readonly Write[]) =>
    writes
      .slice(0, 5)
      .map(({ procedure, mark }) => `${procedure} ${mark}`)
      .join(", ");
  return [
    ...(lost.length > 0 ? [`${lost.length} acknowledged writes are lost: ${told(lost)}`] : []),
    ...(doubled.length > 0 ? [`${doubled.length} writes happened twice: ${told(doubled)}`] : []),
    ...broken,
  ];
}
