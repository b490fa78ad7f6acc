import { type SQL, sql } from "drizzle-orm";

/** Words of a query that are looked up, the longest ones. */
const WORDS_MAX = 48;
/** A form that only a stem of ours found, such as "swiatl" for "światła". */
export const STEM_WEIGHT = 0.6;
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
 *
 * @returns common table expressions, the last of them `forms (word, form, weight)` with one row a form of a word; `form`
 *   is the text of a tsquery, and forms that say next to nothing weigh less than {@link STEM_WEIGHT}
 */
export function queryForms(query: string): SQL {
  const isTelling = sql`lexeme <> all (${sql.param(POLISH_STOP_WORDS)}::text[])`;
  return sql`
    exact as (
      select lexeme, positions[1] as word from unnest(to_tsvector('keepsake_simple', ${query}))
      order by length(lexeme) desc, lexeme limit ${WORDS_MAX}
    ),
    english as (
      select lexeme, positions[1] as word from unnest(to_tsvector('keepsake_english', ${query}))
      where positions[1] in (select word from exact)
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
