/** What ranking needs to know of a memory that one arm of the search found. */
export interface Candidate {
  readonly id: string;
  /** The replaced version that was true at the time asked for; null for the current one. */
  readonly version: number | null;
  /** The arm's own figure, greater is better: idf × ts_rank by words, cosine similarity by meaning. */
  readonly score: number;
  readonly updatedAt: Date;
  readonly importance: number;
  /** Moved by feedback; 1 is neutral. */
  readonly weight: number;
  /** 3 (the user said it) to 0. */
  readonly trust: number;
}

/** A memory found by words. */
export interface KeywordCandidate extends Candidate {
  /** 0 to 1: the share of the query's information (idf, summed over its words) that the memory's words cover. */
  readonly coverage: number;
}

/** A row of a search statement. Figures may come as text, times as the driver gives them. */
export interface CandidateRow extends Record<string, unknown> {
  readonly id: string;
  readonly version: number | null;
  readonly score: number | string;
  readonly updated_at: string | Date;
  readonly importance: number;
  readonly weight: number;
  readonly trust: number;
}

/** A row of a search statement as ranking takes it. */
export function toCandidate(row: CandidateRow): Candidate {
  const { id, version, importance, weight, trust } = row;
  return { id, version, importance, weight, trust, score: Number(row.score), updatedAt: new Date(row.updated_at) };
}
