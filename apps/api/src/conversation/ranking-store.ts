import { conversations } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { coverageOf } from "./keyword-store.ts";
import type { CircleShares, MessageSearch, QueryMeaning } from "./message-search.ts";
import { linesOf } from "./search-filters.ts";
import { similarityOf } from "./semantic-store.ts";

/** How much meaning counts beside words. */
const MEANING_SHARE = 0.5;
/** Talks that are read for what stands around their messages, the best ones, and how far around their best line. */
const TALKS_MAX = 50;
const TALK_LINES_MAX = 200;
/** Messages found by words whose similarity is looked up, at least: the others only count for the lines around them. */
const COMPARED_MIN = 300;
/** How far recency can move a score: by half of this up or down, as with memories. */
const RECENCY_REACH = 0.04;
const RECENCY_HALF_LIFE_DAYS = 30;

/**
 * Gives every message that an arm found its score, among the lines around it.
 *
 * score = relevance × recency
 *
 * Relevance is a convex combination over the circles of a figure from 0 to 1: by words the share of the query's
 * information that all lines of the circle cover together, by meaning the similarity of its nearest line. A circle holds
 * the smaller ones, so that a line that says everything itself gets everything.
 *
 * @returns common table expressions after those of both arms, the last of them `ranked`, with the best `search.limit`
 */
export function rankedLines(actor: Actor, search: MessageSearch): SQL {
  return sql`
    ${candidates(actor, search)},
    ${talks(search)},
    ${lines(actor, search)},
    ${circles()},
    ${scores(search)}`;
}

/**
 * Messages that an arm found, with what both say of them; those that were not compared by both are no hits. A talk is
 * what was said in a session on one day, in UTC.
 */
function candidates(actor: Actor, search: MessageSearch): SQL {
  const { id, sessionId, createdAt, role } = conversations;
  return sql`
    covered_lines as materialized (${coverageOf(sql`(select mask from found union select 0::bigint)`)}),
    candidates as materialized (
      select id, session_id, created_at, role, date_trunc('day', created_at, 'UTC') as day, bit_or(mask) as mask,
        max(similarity) as similarity, bool_or(compared) as compared
      from (
        select id, session_id, created_at, role, mask, null::float8 as similarity, ${!search.meaning} as compared from found
        union all
        select ${id}, ${sessionId}, ${createdAt}, ${role}, 0::bigint, similarity, true
        from nearest join ${conversations} on ${conversations.id} = nearest.id and ${ownedBy(actor, conversations)}
        ${search.meaning ? comparedByMeaning(actor, search, search.meaning) : sql``}
      ) as both_arms group by 1, 2, 3, 4
    )`;
}

/** The best by words get their similarity too: else one far down among the nearest would count as unrelated. */
const comparedByMeaning = (actor: Actor, { limit }: MessageSearch, meaning: QueryMeaning) => sql`
  union all
  select best.id, best.session_id, best.created_at, best.role, 0::bigint, similarity, true
  from (
    select found.* from found join covered_lines using (mask)
    order by covered desc, created_at desc limit ${Math.max(limit, COMPARED_MIN)}
  ) as best cross join lateral (${similarityOf(actor, meaning, sql`best.id`)}) as looked_up`;

/** What each talk says as a whole, the best one first, and around which line of it to read. */
function talks({ shares }: MessageSearch): SQL {
  const figure = sql`coalesce(covered, 0) + coalesce(similarity, 0)`;
  return sql`
    all_talks as materialized (
      select session_id, day, bit_or(mask) as mask, max(similarity) as similarity, max(${figure}) as best,
        (array_agg(created_at order by ${figure} desc, created_at desc))[1] as best_at
      from candidates left join covered_lines using (mask) group by session_id, day
    ),
    covered_talks as materialized (${coverageOf(sql`all_talks`)}),
    talks as materialized (
      select session_id, day, best_at, covered as talk_words, similarity as talk_meaning, row_number() over (
        order by ${shares.line}::float8 * best + ${shares.talk}::float8 * covered desc, best_at desc) as place
      from all_talks join covered_talks using (mask)
    )`;
}

/** The lines of the best talks in the order they were said. */
function lines(actor: Actor, search: MessageSearch): SQL {
  const { id, sessionId, createdAt } = conversations;
  const ofTalk = and(linesOf(actor, search), eq(sessionId, sql`talks.session_id`));
  return sql`
    lines as materialized (
      select session_id, day, line.* from talks cross join lateral (
        (select ${id} as id, ${createdAt} as created_at from ${conversations}
          where ${ofTalk} and ${createdAt} >= best_at and ${createdAt} < day + interval '1 day'
          order by ${createdAt}, ${id} limit ${TALK_LINES_MAX})
        union
        (select ${id}, ${createdAt} from ${conversations}
          where ${ofTalk} and ${createdAt} <= best_at and ${createdAt} >= day
          order by ${createdAt} desc, ${id} desc limit ${TALK_LINES_MAX})
      ) as line where talks.place <= ${TALKS_MAX}
    )`;
}

/**
 * What the circles around each candidate hold. One that stands outside of what was read is judged without neighbours, so
 * that no search loses a message because others are better.
 */
function circles(): SQL {
  return sql`
    windows as materialized (
      select lines.id,
        bit_or(mask) over near as near_mask, max(similarity) over near as near_meaning,
        bit_or(mask) over wider as wider_mask, max(similarity) over wider as wider_meaning
      from lines left join candidates using (id)
      window talk as (partition by lines.session_id, lines.day order by lines.created_at, lines.id),
        near as (talk rows between 1 preceding and 1 following),
        wider as (talk rows between 2 preceding and 2 following)
    ),
    circles as materialized (
      select candidates.*, talk_words, talk_meaning, similarity as line_meaning,
        coalesce(near_mask, mask) as near_mask, coalesce(near_meaning, similarity) as near_meaning,
        coalesce(wider_mask, mask) as wider_mask, coalesce(wider_meaning, similarity) as wider_meaning
      from candidates join talks using (session_id, day) left join windows using (id) where compared
    ),
    covered_circles as materialized (
      ${coverageOf(sql`(select near_mask as mask from circles union select wider_mask from circles)`)}
    )`;
}

function relevance({ byWords, meaning, shares }: MessageSearch): SQL {
  const inShares = (arm: "words" | "meaning") => {
    const circle = (name: keyof CircleShares) => sql`${shares[name]}::float8 * ${sql.raw(`${name}_${arm}`)}`;
    return sql`(${circle("line")} + ${circle("near")} + ${circle("wider")} + ${circle("talk")})`;
  };
  const words = inShares("words");
  const near = sql`greatest(${inShares("meaning")}, 0)`;
  if (!meaning) return words;
  if (!byWords) return near;
  // A message that has no vectors yet is judged by its words alone, neither better nor worse for it.
  return sql`case when line_meaning is null then ${words}
    else ${MEANING_SHARE}::float8 * ${near} + ${1 - MEANING_SHARE}::float8 * ${words} end`;
}

function scores(search: MessageSearch): SQL {
  const { role, limit, scoreMin } = search;
  return sql`
    figures as materialized (
      select circles.*, line.covered as line_words, near.covered as near_words, wider.covered as wider_words,
        1 + ${RECENCY_REACH}::float8 * (power(2, greatest(extract(epoch from now() - created_at), 0)::float8
          / ${-86_400 * RECENCY_HALF_LIFE_DAYS}::float8) - 0.5) as recency
      from circles
      join covered_lines as line on line.mask = circles.mask
      join covered_circles as near on near.mask = near_mask
      join covered_circles as wider on wider.mask = wider_mask
    ),
    ranked as materialized (
      select *, row_number() over (order by score desc, created_at desc, id desc)::int as rank from (
        select *, relevance * recency as score from (
          select figures.*, ${relevance(search)} as relevance from figures
        ) as judged
      ) as scored
      where score >= ${scoreMin} and ${role === undefined ? sql`true` : sql`role = ${role}`}
      order by rank limit ${limit}
    )`;
}
