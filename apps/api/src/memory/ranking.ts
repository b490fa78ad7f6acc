import type { ScoreExplanation } from "@keepsake/contract";
import type { Candidate } from "./search-candidate.ts";

/** A memory with its place among all hits and the parts that its score is made of. */
export interface RankedMemory {
  readonly id: string;
  readonly version: number | null;
  readonly score: number;
  readonly explanation: ScoreExplanation;
}

/** What each arm of a search found, best first; null for an arm that did not run. */
export interface Arms {
  readonly keyword: readonly Candidate[] | null;
  readonly semantic: readonly Candidate[] | null;
}

/**
 * Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009): large enough that being found by both
 * arms counts for more than being first in one.
 */
const FUSION_K = 60;

/** How far a boost can move a score: by half of this up or down. Small, so that relevance stays in charge. */
const RECENCY_REACH = 0.04;
const IMPORTANCE_REACH = 0.1;
const RECENCY_HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;
/** Feedback may lift or lower a memory by a fifth. */
const WEIGHT_RANGE = { min: 0.8, max: 1.2 };

interface Found {
  candidate: Candidate;
  keyword: { rank: number; score: number } | null;
  semantic: { rank: number; similarity: number } | null;
}

/**
 * Puts what the arms found into one order.
 *
 * score = relevance × recency × importance × feedback
 *
 * Relevance is in [0, 1]: with both arms their ranks fused, 1 for a memory that leads both; with one arm its own
 * figure (the cosine similarity, or the share of the best keyword score).
 *
 * @param nowMs epoch milliseconds; an argument, so that ranking stays pure
 * @returns the best `limit`, best first; equal scores in the order of their ids, newest first
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
    at(candidate).keyword = { rank: index + 1, score: candidate.score };
  }
  for (const [index, candidate] of (semantic ?? []).entries()) {
    at(candidate).semantic = { rank: index + 1, similarity: candidate.score };
  }
  return found;
}

function toRelevance({ keyword, semantic }: Arms): (found: Found) => number {
  if (keyword && semantic) return (found) => fuse(found.keyword?.rank, found.semantic?.rank);
  if (semantic) return (found) => Math.max(found.semantic?.similarity ?? 0, 0);
  const best = keyword?.[0]?.score ?? 0;
  return (found) => (best > 0 ? (found.keyword?.score ?? 0) / best : 0);
}

/** Both reciprocal ranks over the greatest sum there can be. An arm that did not find it adds nothing. */
function fuse(...ranks: readonly (number | undefined)[]): number {
  const reciprocal = (place: number | undefined) => (place === undefined ? 0 : 1 / (FUSION_K + place));
  const sum = ranks.reduce<number>((total, place) => total + reciprocal(place), 0);
  return sum / (ranks.length / (FUSION_K + 1));
}

function toRanked({ candidate, keyword, semantic }: Found, relevance: number, nowMs: number): RankedMemory {
  const recency = recencyBoost(candidate.updatedAt, nowMs);
  const importance = 1 + IMPORTANCE_REACH * (candidate.importance - 0.5);
  const feedback = Math.min(Math.max(candidate.weight, WEIGHT_RANGE.min), WEIGHT_RANGE.max);
  const score = relevance * recency * importance * feedback;
  const explanation = { relevance, recency, importance, feedback, keyword, semantic };
  return { id: candidate.id, version: candidate.version, score, explanation };
}

function recencyBoost(updatedAt: Date, nowMs: number): number {
  const ageDays = Math.max(nowMs - updatedAt.getTime(), 0) / DAY_MS;
  return 1 + RECENCY_REACH * (2 ** (-ageDays / RECENCY_HALF_LIFE_DAYS) - 0.5);
}
