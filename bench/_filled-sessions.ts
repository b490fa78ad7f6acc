import type { BenchServer } from "./_bench-server.ts";
import { buildVectorIndexes, dropVectorIndexes, toVector } from "./_filled-database.ts";
import { makeSentences, type Sentence } from "./_texts.ts";

const BATCH_ROWS = 2_000;
const SESSION_LINES = 20;
/** Sessions begin so far apart, milliseconds, and lines within one follow so soon. */
const SESSION_MS = 4 * 3_600_000;
const LINE_MS = 20_000;
const FIRST_MS = Date.UTC(2022, 0, 1);

/** A user and how much was said. */
export interface Talker {
  readonly userId: string;
  readonly messages: number;
  /** Gives each message the vector that the fake model would make. */
  readonly embedded: boolean;
}

/**
 * Fills a server's database with talk, straight by SQL: sessions of twenty lines, six a day.
 *
 * @returns questions of the first user, each with words of a stored message
 */
export async function fillSessions(
  server: BenchServer,
  users: readonly Talker[],
  questionsMax: number,
): Promise<string[]> {
  const indexes = await dropVectorIndexes(server);
  const questions: string[] = [];
  for (const [number, user] of users.entries()) {
    const asked = await fillUser(server, user, number);
    if (number === 0) questions.push(...asked.filter((_, at) => at % Math.ceil(asked.length / questionsMax) === 0));
  }
  await server.sql.unsafe(`insert into sessions (user_id, session_id, messages, started_at, last_message_at)
    select user_id, session_id, count(*), min(created_at), max(created_at) from conversations group by 1, 2`);
  await buildVectorIndexes(server, indexes);
  await server.sql`vacuum analyze`;
  return questions;
}

async function fillUser(
  server: BenchServer,
  { userId, messages, embedded }: Talker,
  number: number,
): Promise<string[]> {
  await server.sql`insert into users (user_id) values (${userId})`;
  const questions: string[] = [];
  let batch: Sentence[] = [];
  let stored = 0;
  for (const sentence of makeSentences(messages, number + 1)) {
    questions.push(sentence.question);
    batch.push(sentence);
    stored += 1;
    if (batch.length < BATCH_ROWS && stored < messages) continue;
    await insert(server, userId, number, stored - batch.length, batch, embedded);
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
  embedded: boolean,
): Promise<void> {
  const ids = batch.map((_, at) => toId(number, from + at));
  const texts = batch.map(({ text }) => text);
  const sessions = batch.map((_, at) => `s${Math.floor((from + at) / SESSION_LINES)}`);
  const times = batch.map((_, at) => saidAt(from + at));
  await sql.unsafe(
    `insert into conversations (user_id, id, session_id, interaction_id, role, content, created_at)
      select $1, id, session, id::text, case when place % 2 = 1 then 'user' else 'assistant' end, content, time::timestamptz
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
        with ordinality as new(id, session, content, time, place)`,
    [userId, ids, sessions, texts, times],
  );
  if (!embedded || spaceId === null) return;
  await sql.unsafe(
    `insert into embeddings (user_id, space_id, item_type, item_id, piece, embedding)
      select $1, ${spaceId}, 'message', id, 0, vector::vector from unnest($2::uuid[], $3::text[]) as new(id, vector)`,
    [userId, ids, texts.map(toVector)],
  );
}

const saidAt = (at: number) => {
  const session = Math.floor(at / SESSION_LINES);
  return new Date(FIRST_MS + session * SESSION_MS + (at % SESSION_LINES) * LINE_MS).toISOString();
};

/** In the order of the messages, as the server's own ids are. */
const toId = (number: number, at: number) =>
  `01930000-${number.toString(16).padStart(4, "0")}-7000-8000-${at.toString(16).padStart(12, "0")}`;
