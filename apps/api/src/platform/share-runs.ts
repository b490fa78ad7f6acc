/** Lets whoever asks while a run is under way have the answer of that run, so that many who ask cost no more than one. */
export function shareRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= run().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
