import { type MemoryOrigin, SearchMemoriesInput, trustOf } from "@keepsake/contract";
import type { Statement } from "@keepsake/db";
import { embeddings, knowledge } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { toOrigin } from "../platform/stored-origin.ts";
import { wordsQuery } from "./keyword-store.ts";
import type { Arms } from "./ranking.ts";
import type { Candidate, KeywordCandidate } from "./search-candidate.ts";
import { exactQuery, indexQuery, type SemanticSearch, vectorsOf } from "./semantic-store.ts";
import { isWithin, placeAmongItsKind } from "./unsaid-share.ts";

/** What a model's context says of a memory. */
export interface KnownMemory {
  readonly id: string;
  readonly version: number;
  readonly content: string;
  readonly kind: string;
  readonly source: string | null;
  readonly origin: MemoryOrigin;
  readonly trust: number;
  readonly createdAt: Date;
}

/** What both arms found, and what the memories say. */
export interface FoundMemories {
  readonly arms: Arms;
  readonly memories: ReadonlyMap<string, KnownMemory>;
}

/** The search's meaning arm: with `byIndex` through the HNSW index, which large users need. */
export interface MeaningArm extends SemanticSearch {
  readonly byIndex: boolean;
}

/**
 * Both arms of a search and the contents in one statement, for the turn, which waits for the database once. Every memory
 * found by its words brings its similarity too.
 *
 * @param meaning null to go by words alone
 */
export function searchForContext(
  actor: Actor,
  query: string,
  meaning: MeaningArm | null,
  limit: number,
): Statement<FoundMemories> {
  const input = SearchMemoriesInput.parse({ query });
  return {
    query: sql`
      with by_words as materialized (${wordsQuery(actor, input, limit, unsaidOf(limit))}),
      by_meaning as materialized (${meaning ? nearest(actor, input, meaning) : nobody}),
      similarities as materialized (${meaning ? similaritiesOfFound(actor, meaning) : nobody})
      select ${knowledge.id} as id, ${knowledge.version} as version, ${knowledge.content} as content,
        ${knowledge.kind} as kind, ${knowledge.source} as source, ${knowledge.origin} as origin, ${knowledge.createdAt} as created_at,
        ${knowledge.updatedAt} as updated_at, ${knowledge.importance} as importance, ${knowledge.weight} as weight,
        by_words.score as words_score, by_words.coverage, similarities.score as similarity
      from ${knowledge}
      left join by_words on by_words.id = ${knowledge.id}
      left join similarities on similarities.id = ${knowledge.id}
      where ${knowledge.userId} = ${actor.userId}
        and ${knowledge.id} in (select id from by_words union select id from by_meaning)`,
    read: (rows) => toFound(rows as unknown as Row[], meaning !== null),
  };
}

const nobody: SQL = sql`select null::uuid as id, null::float8 as score where false`;

/** The share of the candidates that may be what nobody said. */
const unsaidOf = (limit: number): number => Math.ceil(limit / 3);
/** The nearest are looked through so far for what people said: five hundred repetitions hide nothing. */
const WIDER = 12;

/** A walk of the index that went so far would cost more than it finds: there the words see to it. */
function nearest(actor: Actor, input: SearchMemoriesInput, arm: MeaningArm): SQL {
  const { limit } = arm;
  const found = arm.byIndex
    ? indexQuery(actor, input, arm)
    : exactQuery(actor, input, { ...arm, limit: limit * WIDER });
  return sql`
    select id, score from (
      select near.id as id, near.score as score, ${knowledge.trust} as trust, ${placeAmongItsKind(sql`${knowledge.trust}`, sql`near.score`, sql`near.id`)}
      from (${found}) as near
      join ${knowledge} on ${knowledge.id} = near.id and ${knowledge.userId} = ${actor.userId}
    ) as placed
    where ${isWithin(limit, unsaidOf(limit))} order by score desc, id desc limit ${limit}`;
}

/** Those of the nearest are measured already. */
function similaritiesOfFound(actor: Actor, { space, vector }: MeaningArm): SQL {
  return sql`
    select id, score from by_meaning
    union all
    select ${embeddings.itemId}, 1 - min(${embeddings.embedding} <=> ${vector}::vector) from ${embeddings}
    where ${vectorsOf(actor, space)} and ${embeddings.itemId} in (
      select id from by_words except select id from by_meaning)
    group by ${embeddings.itemId}`;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly content: string;
  readonly kind: string;
  readonly source: string | null;
  readonly origin: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly importance: number;
  readonly weight: number;
  readonly words_score: number | null;
  readonly coverage: number | null;
  readonly similarity: number | null;
}

function toFound(rows: readonly Row[], hasMeaning: boolean): FoundMemories {
  const keyword = rows.flatMap((row) => toKeywordCandidate(row) ?? []).sort(byScore);
  const semantic = rows.flatMap((row) => toSemanticCandidate(row) ?? []).sort(byScore);
  return {
    arms: { keyword, semantic: hasMeaning ? semantic : null },
    memories: new Map(rows.map((row) => [row.id, toKnown(row)])),
  };
}

const byScore = (one: Candidate, other: Candidate) => other.score - one.score || (one.id < other.id ? 1 : -1);

const toCandidate = ({ id, updated_at, importance, weight, origin }: Row, score: number): Candidate => ({
  id,
  version: null,
  score,
  updatedAt: new Date(updated_at),
  importance,
  weight,
  trust: trustOf(toOrigin(origin)),
});

const toKeywordCandidate = (row: Row): KeywordCandidate | null =>
  row.words_score === null
    ? null
    : { ...toCandidate(row, Number(row.words_score)), coverage: Number(row.coverage ?? 0) };

const toSemanticCandidate = (row: Row): Candidate | null =>
  row.similarity === null ? null : toCandidate(row, Number(row.similarity));

const toKnown = ({ id, version, content, kind, source, origin, created_at }: Row): KnownMemory => ({
  id,
  version,
  content,
  kind,
  source,
  origin: toOrigin(origin),
  trust: trustOf(toOrigin(origin)),
  createdAt: new Date(created_at),
});
