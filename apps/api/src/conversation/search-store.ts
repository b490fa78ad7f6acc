import type { LineFigures, Message, MessageScoreExplanation } from "@keepsake/contract";
import type { Statement } from "@keepsake/db";
import { conversations } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { foundByWords } from "./keyword-store.ts";
import { type MessageRow, toMessage } from "./message-row.ts";
import type { MessageSearch } from "./message-search.ts";
import { rankedLines } from "./ranking-store.ts";
import { linesOf } from "./search-filters.ts";
import { foundByMeaning } from "./semantic-store.ts";

/** The nearest in meaning that are ranked: enough that a message found by both arms is seen to be. */
const NEAREST = { perHit: 3, min: 50 };

/** A hit, or a line beside one. */
export interface FoundLine {
  readonly message: Message;
  /** Counts the hits from 1, the best. */
  readonly rank: number;
  /** 0 for the hit itself, -1 for the line before it, 1 for the line after it. */
  readonly place: number;
  /** Of the hit. */
  readonly score: number;
  readonly explanation: MessageScoreExplanation;
}

/**
 * Everything that a search among messages needs, in one statement: both arms, the score of each message among the lines
 * around it, and the lines beside the hits.
 *
 * @returns hits best first, each with its lines in the order they were said
 */
export function findLines(actor: Actor, search: MessageSearch): Statement<FoundLine[]> {
  const nearestMax = Math.max(search.limit * NEAREST.perHit, NEAREST.min);
  const query = sql`
    with ${foundByWords(actor, search)},
    ${foundByMeaning(actor, search, nearestMax)},
    ${rankedLines(actor, search)}
    select rank, score, relevance, recency, line_words, near_words, wider_words, talk_words,
      line_meaning, near_meaning, wider_meaning, talk_meaning, line.*
    from ranked cross join lateral (${linesBeside(actor, search)}) as line
    order by rank, place`;
  return { query, read: (rows) => rows.map((row) => toFoundLine(row as unknown as LineRow, search)) };
}

const messageColumns = sql`${conversations.id} as id, ${conversations.sessionId} as "sessionId",
  ${conversations.interactionId} as "interactionId", ${conversations.role} as role, ${conversations.content} as content,
  ${conversations.language} as language, ${conversations.intent} as intent, ${conversations.metadata} as metadata,
  ${conversations.createdAt} as "createdAt"`;

/** The hit and the lines around it. */
function linesBeside(actor: Actor, { around }: MessageSearch): SQL {
  const { id, sessionId, createdAt } = conversations;
  const inSession = and(linesOf(actor, {}), eq(sessionId, sql`ranked.session_id`));
  const here = sql`(${createdAt}, ${id})`;
  const hit = sql`(ranked.created_at, ranked.id)`;
  return sql`
    select 0 as place, ${messageColumns} from ${conversations}
      where ${ownedBy(actor, conversations)} and ${id} = ranked.id
    union all
    (select -row_number() over (order by ${createdAt} desc, ${id} desc)::int, ${messageColumns} from ${conversations}
      where ${inSession} and ${here} < ${hit} order by ${createdAt} desc, ${id} desc limit ${around})
    union all
    (select row_number() over (order by ${createdAt}, ${id})::int, ${messageColumns} from ${conversations}
      where ${inSession} and ${here} > ${hit} order by ${createdAt}, ${id} limit ${around})`;
}

type FigureColumn = `${keyof LineFigures}_${"words" | "meaning"}`;
type LineRow = MessageRow &
  Record<FigureColumn, number | null> & {
    rank: number;
    place: number;
    score: number;
    relevance: number;
    recency: number;
  };

function toFoundLine(row: LineRow, { byWords, meaning }: MessageSearch): FoundLine {
  const { rank, place, score, relevance, recency } = row;
  const words = byWords ? toFigures(row, "words") : null;
  const explanation = { relevance, recency, words, meaning: meaning ? toFigures(row, "meaning") : null };
  const { id, sessionId, interactionId, role, content, language, intent, metadata, createdAt } = row;
  const message = { id, sessionId, interactionId, role, content, language, intent, metadata, createdAt };
  return { rank, place, score, explanation, message: toMessage(message) };
}

/** Null for a message without vectors. */
function toFigures(row: LineRow, arm: "words" | "meaning"): LineFigures | null {
  const line = row[`line_${arm}`];
  if (line === null) return null;
  const [near, wider, talk] = [row[`near_${arm}`], row[`wider_${arm}`], row[`talk_${arm}`]];
  return { line, near: near ?? line, wider: wider ?? line, talk: talk ?? line };
}
