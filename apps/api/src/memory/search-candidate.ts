/** What ranking needs to know of a memory that one arm of the search found. */
export interface Candidate {
  readonly id: string;
  /** The replaced version that was true at the time asked for; null for the current one. */
  readonly version: number | null;
  /** The arm's own figure, greater is better. */
  readonly score: number;
  readonly updatedAt: Date;
  readonly importance: number;
  /** Moved by feedback; 1 is neutral. */
  readonly weight: number;
}
