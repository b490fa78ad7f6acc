import { createHash } from "node:crypto";
import { cutNomic } from "../packages/embeddings/src/nomic.ts";
import { toFakeVector } from "../packages/embeddings/testing/index.ts";
import type { BenchServer } from "./_bench-server.ts";
import { makeSentences, type Sentence } from "./_texts.ts";

const BATCH_ROWS = 500;
/** Tags of every hundredth, tenth and second memory. */
const TAGS: readonly (readonly [string, number])[] = [
  ["rare", 100],
  ["some", 10],
  ["half", 2],
];

/** A user and how much is remembered of it. */
export interface Population {
  readonly userId: string;
  readonly memories: number;
}

/** What was stored for one user, as far as the questions need it. */
export interface Filled extends Population {
  /** Questions, each with words of a stored memory. */
  readonly questions: readonly string[];
}

/**
 * Fills a server's database with memories and the vectors that the fake model would make, straight by SQL: over the
 * wire it would take hours, and the index is built faster afterwards than row by row.
 *
 * @param questionsMax questions kept of each user
 */
export async function fill(
  server: BenchServer,
  users: readonly Population[],
  questionsMax: number,
): Promise<Map<string, Filled>> {
  const indexes = await dropVectorIndexes(server);
  const filled = new Map<string, Filled>();
  for (const [number, user] of users.entries()) {
    filled.set(user.userId, { ...user, questions: await fillUser(server, user, number, questionsMax) });
  }
  await buildVectorIndexes(server, indexes);
  await server.sql`analyze`;
  return filled;
}

async function fillUser(server: BenchServer, user: Population, number: number, questionsMax: number) {
  await server.sql`insert into users (user_id) values (${user.userId})`;
  const questions: string[] = [];
  const every = Math.max(Math.floor(user.memories / questionsMax), 1);
  let batch: Sentence[] = [];
  let stored = 0;
  for (const sentence of makeSentences(user.memories, number + 1)) {
    if (stored++ % every === 0 && questions.length < questionsMax) questions.push(sentence.question);
    batch.push(sentence);
    if (batch.length < BATCH_ROWS && stored < user.memories) continue;
    await insert(server, user.userId, number, stored - batch.length, batch);
    batch = [];
  }
  return questions;
}

async function insert(
  { sql, spaceId }: BenchServer,
  userId: string,
  number: number,
  from: number,
  batch: readonly Sentence[],
): Promise<void> {
  const ids = batch.map((_, at) => toId(number, from + at));
  const texts = batch.map(({ text }) => text);
  const tags = batch.map((_, at) =>
    TAGS.filter(([, every]) => (from + at) % every === 0)
      .map(([tag]) => tag)
      .join(" "),
  );
  // Half of the callers say what language they speak.
  const languages = batch.map(({ language }, at) => (at % 2 === 0 ? language : ""));
  await sql.unsafe(
    `insert into knowledge (user_id, id, content, content_hash, tags, language)
      select $1, id, content, hash, string_to_array(tags, ' '), nullif(language, '')
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as new(id, content, hash, tags, language)`,
    [userId, ids, texts, texts.map(toHash), tags, languages],
  );
  if (spaceId === null) return;
  await sql.unsafe(
    `insert into embeddings (user_id, space_id, item_type, item_id, piece, embedding)
      select $1, ${spaceId}, 'knowledge', id, 0, vector::vector from unnest($2::uuid[], $3::text[]) as new(id, vector)`,
    [userId, ids, texts.map(toVector)],
  );
}

const toHash = (text: string) => createHash("sha256").update(text).digest("hex");

/** In the order of the memories, as the server's own ids are. */
const toId = (number: number, at: number) =>
  `01930000-${number.toString(16).padStart(4, "0")}-7000-8000-${at.toString(16).padStart(12, "0")}`;

export function toVector(text: string): string {
  return `[${cutNomic(toFakeVector(`search_document: ${text}`), 384).join(",")}]`;
}

/** As `dropVectorIndexes` found it. */
export interface VectorIndex {
  readonly name: string;
  readonly definition: string;
}

/** The embedded home has none. */
export async function dropVectorIndexes({ sql }: BenchServer): Promise<readonly VectorIndex[]> {
  const indexes = await sql<VectorIndex[]>`
    select indexname as name, indexdef as definition from pg_indexes where indexdef like '% hnsw %'`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  return indexes;
}

/** Much quicker once the rows are there than row by row. */
export async function buildVectorIndexes({ sql }: BenchServer, indexes: readonly VectorIndex[]): Promise<void> {
  await sql.unsafe("set statement_timeout = 0; set maintenance_work_mem = '1GB'");
  for (const { definition } of indexes) await sql.unsafe(definition);
}
