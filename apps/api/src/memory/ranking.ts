import type { ScoreExplanation } from "@keepsake/contract";
import type { Candidate, KeywordCandidate } from "./search-candidate.ts";

/** A memory with its place among all hits and the parts that its score is made of. */
export interface RankedMemory {
  readonly id: string;
  readonly version: number | null;
  readonly score: number;
  readonly explanation: ScoreExplanation;
}

/** What each arm of a search found, best first; null for an arm that did not run. */
export interface Arms {
  readonly keyword: readonly KeywordCandidate[] | null;
  /** With both arms, every memory found by words is here too, if it has vectors. */
  readonly semantic: readonly Candidate[] | null;
}

/** How much meaning counts beside words. */
const MEANING_SHARE = 0.5;

/** How far a boost can move a score: by half of this up or down. Small, so that relevance stays in charge. */
const RECENCY_REACH = 0.04;
const IMPORTANCE_REACH = 0.1;
const RECENCY_HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;
/** Feedback may lift or lower a memory by a fifth. */
const WEIGHT_RANGE = { min: 0.8, max: 1.2 };
/** By trust, 0 to 3. What the user said comes first among equals; what matters more still comes before it. */
const TRUST_FACTORS: readonly number[] = [0.9, 0.93, 0.97, 1];

interface Found {
  candidate: Candidate;
  keyword: { rank: number; score: number; coverage: number } | null;
  semantic: { rank: number; similarity: number } | null;
}

/**
 * Puts what the arms found into one order.
 *
 * score = relevance × recency × importance × feedback × trust
 *
 * Relevance is in [0, 1] and means the same from one search to the next, so that callers can cut off by it. With both
 * arms it is a convex combination of the share of the query's information that the words cover and of the cosine
 * similarity (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023);
 * docs/decisions/0007-fusing-words-and-meaning.md tells why not by ranks. With one arm it is that arm's figure.
 *
 * @param nowMs epoch milliseconds; an argument, so that ranking stays pure
 * @returns the best `limit`, best first; equal scores newest first, by their ids
 */
export function rank(arms: Arms, nowMs: number, limit: number): RankedMemory[] {
  const relevanceOf = toRelevance(arms);
  return [...collect(arms).values()]
    .map((found) => toRanked(found, relevanceOf(found), nowMs))
    .sort((one, other) => other.score - one.score || (one.id < other.id ? 1 : -1))
    .slice(0, limit);
}

function collect({ keyword, semantic }: Arms): Map<string, Found> {
  const found = new Map<string, Found>();
  const at = (candidate: Candidate) => {
    const entry = found.get(candidate.id) ?? { candidate, keyword: null, semantic: null };
    found.set(candidate.id, entry);
    return entry;
  };
  for (const [index, candidate] of (keyword ?? []).entries()) {
    at(candidate).keyword = { rank: index + 1, score: candidate.score, coverage: candidate.coverage };
  }
  for (const [index, candidate] of (semantic ?? []).entries()) {
    at(candidate).semantic = { rank: index + 1, similarity: candidate.score };
  }
  return found;
}

function toRelevance({ keyword, semantic }: Arms): (found: Found) => number {
  if (keyword && semantic) return combine;
  return semantic ? meaningOf : wordsOf;
}

const wordsOf = ({ keyword }: Found) => keyword?.coverage ?? 0;

const meaningOf = ({ semantic }: Found) => Math.max(semantic?.similarity ?? 0, 0);

/** A memory that has no vectors yet is judged by its words alone, neither better nor worse for it. */
function combine(found: Found): number {
  if (!found.semantic) return wordsOf(found);
  return MEANING_SHARE * meaningOf(found) + (1 - MEANING_SHARE) * wordsOf(found);
}

function toRanked({ candidate, keyword, semantic }: Found, relevance: number, nowMs: number): RankedMemory {
  const recency = recencyBoost(candidate.updatedAt, nowMs);
  const importance = 1 + IMPORTANCE_REACH * (candidate.importance - 0.5);
  const feedback = Math.min(Math.max(candidate.weight, WEIGHT_RANGE.min), WEIGHT_RANGE.max);
  const trust = TRUST_FACTORS[candidate.trust] ?? 1;
  const score = relevance * recency * importance * feedback * trust;
  const explanation = { relevance, recency, importance, feedback, trust, keyword, semantic };
  return { id: candidate.id, version: candidate.version, score, explanation };
}

function recencyBoost(updatedAt: Date, nowMs: number): number {
  const ageDays = Math.max(nowMs - updatedAt.getTime(), 0) / DAY_MS;
  return 1 + RECENCY_REACH * (2 ** (-ageDays / RECENCY_HALF_LIFE_DAYS) - 0.5);
}
