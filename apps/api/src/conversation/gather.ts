import { type BeginTurnInput, type CacheUse, QUERY_CHARS_MAX } from "@keepsake/contract";
import type { FlushResults, Statement, Wanted } from "@keepsake/db";
import { withKey } from "../cache/entry-filters.ts";
import { type GivenAnswer, givingAnswer, toGivenAnswer } from "../cache/lookup-store.ts";
import { chooseSameMeaning, type SameQuestion } from "../cache/same-meaning.ts";
import { findSimilar } from "../cache/similar-store.ts";
import { type FoundMemories, searchForContext } from "../memory/context-store.ts";
import { countVectors } from "../memory/semantic-store.ts";
import type { Actor } from "../platform/actor.ts";
import { knownQueryVector, queryVector } from "../platform/query-vector.ts";
import type { Services } from "../platform/services.ts";
import { findAliasNames, findForContext } from "../preferences/context-store.ts";
import { type EarlierMessage, findEarlierMessages } from "./earlier.ts";
import { saveLater } from "./save-later.ts";
import { flushTurn, saving } from "./save-turn.ts";
import type { TurnClock } from "./turn-clock.ts";
import type { toTurnDraft } from "./turn-draft.ts";
import { answerFromCache, claimFlight, readTail } from "./turn-store.ts";

/** Messages of this session that go along as they were said. */
const TAIL_MESSAGES = 12;
/** Messages of other sessions that may get into a context. */
const EARLIER_MESSAGES = 10;
const EARLIER_SCORE_MIN = 0.1;
/** Candidates of each arm of the search. */
const CANDIDATES = 50;

/** One `begin` on its way. */
export interface Turn {
  readonly actor: Actor;
  readonly services: Services;
  readonly input: BeginTurnInput;
  readonly draft: ReturnType<typeof toTurnDraft>;
  readonly cacheUse: CacheUse;
  readonly clock: TurnClock;
}

/** What was saved and found. A part is null when the budget ran out before it was there. */
export interface Gathered {
  readonly opened: Opened | null;
  readonly memories: FoundMemories | null;
  /** What was said in other sessions and matters now. */
  readonly earlier: readonly EarlierMessage[] | null;
  /** A cached question of the same meaning, past the guard. */
  readonly same: SameQuestion | null;
  /** Whether the search went by meaning too: never without a model. */
  readonly wasEmbedded: boolean;
}

/** Saves the message and looks for everything that the turn may need. */
export async function gather(turn: Turn): Promise<Gathered> {
  const { services, input } = turn;
  const known = knownQueryVector(services, input.text);
  return known !== null || !services.embeddings ? gatherAtOnce(turn, known) : gatherWhileEmbedding(turn);
}

async function gatherAtOnce(turn: Turn, vector: string | null): Promise<Gathered> {
  const flushed = await flushWithin(turn, { ...opening(turn), ...search(turn, vector), ...lookUp(turn) });
  return { opened: flushed, ...toFound(turn, flushed), wasEmbedded: vector !== null };
}

async function gatherWhileEmbedding(turn: Turn): Promise<Gathered> {
  const { services, input, clock } = turn;
  const timeoutMs = Math.min(services.settings.queryEmbeddingTimeoutMs, input.budgetMs);
  const embedding = clock.measure("embed", () => queryVector(services, input.text, timeoutMs));
  // Nobody waits for it when the question is answered from before.
  embedding.catch(() => {});
  const opened = await flushWithin(turn, { ...opening(turn), ...lookUp(turn) });
  if (!opened || opened.answer) return { opened, memories: null, earlier: null, same: null, wasEmbedded: true };
  const vector = await clock.within(embedding);
  const searched = await flushWithin(turn, search(turn, vector));
  return { opened, ...toFound(turn, searched), wasEmbedded: vector !== null };
}

type Opened = FlushResults<ReturnType<typeof opening> & ReturnType<typeof lookUp>>;

/** What needs no vector. */
function opening({ actor, draft, input, cacheUse }: Turn) {
  const mayJoin = cacheUse !== "off" && input.joinMs > 0;
  return {
    ...saving(actor, draft),
    flight: mayJoin ? claimFlight(actor, draft, input.joinMs) : null,
    tail: readTail(actor, draft, TAIL_MESSAGES),
    preferences: findForContext(actor, input.preferences),
  };
}

/** Last in a transaction: see `givingAnswer`. */
function lookUp({ actor, draft, cacheUse }: Turn) {
  const same = sameQuestion(actor, draft.queryHash);
  return { answer: cacheUse === "off" ? null : answerFromCache(actor, draft, same) };
}

/** The parts of a statement that answers the same question. */
export const sameQuestion = (actor: Actor, key: string): Statement<GivenAnswer | null> => ({
  query: givingAnswer(actor, withKey(key)),
  read: toGivenAnswer,
});

/** What is looked for: the beginning of a long text, and no half of a character. */
function toQuery(text: string): string {
  const query = text.trim().slice(0, QUERY_CHARS_MAX);
  return query.isWellFormed() ? query : query.slice(0, -1);
}

function search({ actor, services, input, draft, cacheUse }: Turn, vector: string | null) {
  const { embeddings, settings } = services;
  const { exactSearchRowsMax: exactRowsMax, cacheSimilarityMin: similarityMin } = settings;
  const query = toQuery(input.text);
  const counted = embeddings?.vectorCounts.find(actor) ?? null;
  const byIndex = (counted ?? 0) > exactRowsMax;
  const meaning =
    vector !== null && embeddings
      ? { space: embeddings.space, vector, limit: CANDIDATES, exactRowsMax, byIndex }
      : null;
  const same = cacheUse === "semantic" ? meaning : null;
  return {
    memories: searchForContext(actor, query, meaning, CANDIDATES),
    earlier: findEarlierMessages(actor, services, {
      query,
      vector,
      exceptSessionId: draft.sessionId,
      limit: EARLIER_MESSAGES,
      scoreMin: EARLIER_SCORE_MIN,
    }),
    vectors: meaning && counted === null ? countVectors(actor, meaning.space, exactRowsMax + 1) : null,
    similar: same && findSimilar(actor, same.space, { vector: same.vector, language: draft.language, similarityMin }),
    names: same && findAliasNames(actor),
  };
}

type Searched = FlushResults<ReturnType<typeof search>>;

function toFound(
  { actor, services, input }: Turn,
  searched: Searched | null,
): Pick<Gathered, "memories" | "earlier" | "same"> {
  if (!searched) return { memories: null, earlier: null, same: null };
  const { memories, earlier, vectors, similar, names } = searched;
  if (vectors !== null) services.embeddings?.vectorCounts.keep(actor, vectors);
  return { memories, earlier, same: similar && chooseSameMeaning(input.text, similar, names ?? []) };
}

/** Sends statements at once; null when their answer did not come within the budget. What they write is written still. */
async function flushWithin<const W extends Wanted>(turn: Turn, wanted: W): Promise<FlushResults<W> | null> {
  const { actor, services, draft, clock } = turn;
  const flushing = clock.measure("database", () => flushTurn(services, wanted));
  const flushed = await clock.within(flushing);
  if (flushed === null && "saved" in wanted) {
    services.pendingWrites.add(actor, draft.interactionId, saveLater(services, actor, draft, flushing));
  }
  return flushed;
}
