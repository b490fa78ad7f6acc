import type { SearchMemoriesInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { knowledge } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { type CandidateRow, type KeywordCandidate, toCandidate } from "./search-candidate.ts";
import { currentlyTrue, filterConditions, replacedVersionsAt } from "./search-filters.ts";

/** Forms that take part in one search, the most selective ones: a long query must not scan the index a thousand times. */
const FORMS_MAX = 48;
/** A form that only a stem of ours found, such as "swiatl" for "światła". */
const STEM_WEIGHT = 0.6;
/** A word that says next to nothing, such as "the". */
const STOP_WORD_WEIGHT = 0.05;
/** Polish ones, without diacritics; PostgreSQL knows the English ones. None of them means something in English. */
const POLISH_STOP_WORDS =
  "a aby albo ale bo byc byl byla bylo by bedzie co czy dla do gdy gdzie go i ich ile ja jak jaka jaki jakie je jego jej jest jestem ju juz kiedy kto ktora ktore ktory lub ma mam mi mnie moj moja moje na nad nam nas nasz nie o od on ona one oni oraz po przy sa sie ta tak tam te tego tej tez to tu twoj tym u w wam was we wiec z za ze".split(
    " ",
  );

/**
 * Endings of Polish nouns, adjectives and verbs, without diacritics, longest first. What is left is searched as a
 * beginning, so that "światła" finds "światło": PostgreSQL has no Polish stemmer.
 */
const POLISH_ENDINGS =
  "(iami|owie|iego|iemu|ami|ach|owi|iej|ego|emu|ych|ich|ymi|imi|iom|iow|ej|em|om|ow|ie|ia|io|iu|ia|a|e|i|o|u|y)$";

/**
 * The query's words in every form that a row may hold: exact without diacritics, English stem, and the beginning that
 * stays when a Polish ending is taken off. Words are told apart by their position, the same in each configuration.
 */
function queryForms(query: string): SQL {
  const isTelling = sql`lexeme <> all (${sql.param(POLISH_STOP_WORDS)}::text[])`;
  return sql`
    exact as (
      select lexeme, positions[1] as word from unnest(to_tsvector('keepsake_simple', ${query}))
    ),
    english as (
      select lexeme, positions[1] as word from unnest(to_tsvector('keepsake_english', ${query}))
    ),
    stem as (
      select regexp_replace(lexeme, ${POLISH_ENDINGS}, '') as lexeme, word from exact
    ),
    forms as materialized (
      select word, form, max(weight) as weight from (
        select word, ${literal(sql`lexeme`)} as form,
          case when word in (select word from english) and ${isTelling} then 1 else ${STOP_WORD_WEIGHT}::float8 end as weight
        from exact
        union all
        select word, ${literal(sql`lexeme`)},
          case when ${isTelling} then 1 else ${STOP_WORD_WEIGHT}::float8 end
        from english
        union all
        select stem.word, ${literal(sql`stem.lexeme`)} || ':*', ${STEM_WEIGHT}::float8 from stem
        join exact on exact.word = stem.word and exact.lexeme <> stem.lexeme
        where length(stem.lexeme) >= 4
      ) all_forms group by word, form
    )`;
}

/** A lexeme as one operand of a tsquery: quotes and backslashes doubled, everything else taken as it is. */
function literal(lexeme: SQL): SQL {
  return sql`'''' || replace(replace(${lexeme}, '\\', '\\\\'), '''', '''''') || ''''`;
}

/** What may be found: the memories that are true now, or those that were at `asOf` with what they said then. */
function documents(actor: Actor, input: SearchMemoriesInput): SQL {
  const current = sql`
    select ${knowledge.id} as id, null::int as version, ${knowledge.search} as search,
      ${knowledge.updatedAt} as updated_at, ${knowledge.importance} as importance, ${knowledge.weight} as weight
    from ${knowledge}
    where ${knowledge.userId} = ${actor.userId} and ${currentlyTrue(input.asOf)} and ${filterConditions(input)}`;
  return input.asOf ? sql`${current} union all (${replacedVersionsAt(actor, input, input.asOf)})` : current;
}

/** How often each form is in the user's memories, and how much the query's words say all together. */
function formStatistics(actor: Actor): SQL {
  return sql`
    corpus as materialized (
      select count(*)::float8 as size from ${knowledge}
      where ${knowledge.userId} = ${actor.userId} and ${knowledge.forgottenAt} is null
    ),
    frequencies as materialized (
      select word, form::tsquery as form, weight, holders,
        weight * ln(1 + (greatest(size - holders, 0) + 0.5) / (holders + 0.5)) as idf
      from forms cross join corpus cross join lateral (
        select count(*)::float8 as holders from ${knowledge}
        where ${knowledge.userId} = ${actor.userId} and ${knowledge.forgottenAt} is null
        and ${knowledge.search} @@ form::tsquery
      ) as counted
    ),
    information as materialized (
      select sum(information) as total from (
        select coalesce(max(idf) filter (where holders > 0), max(idf)) as information from frequencies group by word
      ) as words
    )`;
}

/**
 * Memories that share words with the query, best first: the sum over the query's words of inverse document frequency ×
 * ts_rank of the word's best form. Any word is enough; AND-ed words would find nothing for most spoken questions.
 */
export async function searchByWords(
  actor: Actor,
  db: Queryable,
  input: SearchMemoriesInput,
  limit: number,
): Promise<KeywordCandidate[]> {
  const rows = await db.execute<CandidateRow & { coverage: number }>(sql`
    with ${queryForms(input.query)},
    ${formStatistics(actor)},
    selective as materialized (
      select word, form, idf, weight >= ${STEM_WEIGHT} as selects from frequencies
      where holders > 0 order by idf desc limit ${FORMS_MAX}
    ),
    selector as materialized (
      select coalesce(
        string_agg(form::text, ' | ') filter (where selects),
        string_agg(form::text, ' | '))::tsquery as query
      from selective
    ),
    documents as (${documents(actor, input)})
    select id, version, updated_at, importance, weight, score, covered / total as coverage
    from documents cross join selector cross join information cross join lateral (
      select sum(best) as score, sum(idf) as covered from (
        select max(idf * ts_rank(search, form)) as best, max(idf) as idf
        from selective where search @@ form group by word
      ) as words
    ) as scored
    where search @@ query
    order by score desc, id desc
    limit ${limit}`);
  return rows.map((row) => ({ ...toCandidate(row), coverage: Number(row.coverage) }));
}
