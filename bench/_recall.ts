/** Hits that are looked at. */
export const RECALL_HITS = 20;

/** R@5, R@10, R@20 and the reciprocal rank of the first right hit, of one question or as a mean of several. */
export type RecallFigures = readonly [at5: number, at10: number, at20: number, reciprocalRank: number];

/** @param hits best first, each with the ids of the turns that it stands for */
export function recallOf(evidence: readonly string[], hits: readonly (readonly string[])[]): RecallFigures {
  const wanted = new Set(evidence);
  const recall = (hitsMax: number) => {
    const found = new Set(hits.slice(0, hitsMax).flat());
    return [...wanted].filter((id) => found.has(id)).length / wanted.size;
  };
  const first = hits.findIndex((turns) => turns.some((id) => wanted.has(id)));
  return [recall(5), recall(10), recall(RECALL_HITS), first < 0 ? 0 : 1 / (first + 1)];
}

/** Every question counts the same. */
export function meanOf(figures: readonly RecallFigures[]): RecallFigures {
  const mean = (at: 0 | 1 | 2 | 3) => figures.reduce((sum, one) => sum + one[at], 0) / figures.length;
  return [mean(0), mean(1), mean(2), mean(3)];
}
