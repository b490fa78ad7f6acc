import type { SearchMemoriesInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { knowledge } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { queryForms, STEM_WEIGHT } from "../platform/query-forms.ts";
import { type CandidateRow, type KeywordCandidate, toCandidate } from "./search-candidate.ts";
import { currentlyTrue, filterConditions, replacedVersionsAt } from "./search-filters.ts";
import { isWithin, placeAmongItsKind } from "./unsaid-share.ts";

/** Forms that take part in ranking, the most selective ones. */
const FORMS_MAX = 32;
/**
 * Memories that are ranked, roughly: they are looked up by the query's rarest forms until there are so many, and then
 * ranked by all forms. Ranking every memory that holds any word of a long query took seconds at 5,000 long memories.
 */
const RANKED_ROWS = 1_000;

/** What may be found: the memories that are true now, or those that were at `asOf` with what they said then. */
function documents(actor: Actor, input: SearchMemoriesInput): SQL {
  const current = sql`
    select ${knowledge.id} as id, null::int as version, ${knowledge.search} as search,
      ${knowledge.updatedAt} as updated_at, ${knowledge.importance} as importance, ${knowledge.weight} as weight,
      ${knowledge.trust} as trust
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
  const rows = await db.execute<CandidateRow & { coverage: number }>(wordsQuery(actor, input, limit));
  return rows.map((row) => ({ ...toCandidate(row), coverage: Number(row.coverage) }));
}

/**
 * Rows of `id, version, updated_at, importance, weight, trust, score, coverage`, best first.
 *
 * @param unsaidMax how many of them may be what nobody said
 */
export function wordsQuery(actor: Actor, input: SearchMemoriesInput, limit: number, unsaidMax = limit): SQL {
  return sql`
    with ${queryForms(input.query)},
    ${formStatistics(actor)},
    selective as materialized (
      select word, form, idf, weight >= ${STEM_WEIGHT} as tells,
        sum(holders) over (order by idf desc, form::text) - holders as found_before
      from frequencies where holders > 0 order by idf desc, form::text limit ${FORMS_MAX}
    ),
    selector as materialized (
      select coalesce(
        string_agg(form::text, ' | ') filter (where tells and found_before < ${RANKED_ROWS}),
        string_agg(form::text, ' | '))::tsquery as query
      from selective
    ),
    documents as (${documents(actor, input)}),
    found as materialized (
      -- Joined with nothing, so that a long vector is read from its own pages once and not once a form.
      select id, version, updated_at, importance, weight, trust, search || ''::tsvector as search
      from documents where search @@ (select query from selector)
    )
    select id, version, updated_at, importance, weight, trust, score, coverage from (
    select id, version, updated_at, importance, weight, trust, score, covered / total as coverage,
      ${placeAmongItsKind(sql`trust`, sql`score`, sql`id`)}
    from found cross join information cross join lateral (
      select sum(best) as score, sum(idf) as covered from (
        select max(idf * ts_rank(search, form)) as best, max(idf) as idf
        from selective where search @@ form group by word
      ) as words
    ) as scored) as placed
    where ${isWithin(limit, unsaidMax)}
    order by score desc, id desc
    limit ${limit}`;
}
