/** Durations of one operation, milliseconds. */
export interface Timing {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** The value below which a share of the values lies; the nearest rank, never one in between. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

/** Median and 95th percentile. */
export function summarise(values: readonly number[]): Timing {
  return { medianMs: quantile(values, 0.5), p95Ms: quantile(values, 0.95) };
}

/** Contenders of one comparison: each gets the number of the round. */
export type Contenders<Name extends string> = Record<Name, (round: number) => Promise<unknown>>;

/**
 * Times contenders in turns, so that whatever else the machine does hits all of them alike. The first rounds warm up
 * caches, plans and the compiler and are not counted.
 */
export async function timeInTurns<Name extends string>(
  contenders: Contenders<Name>,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<Record<Name, Timing>> {
  const entries = Object.entries(contenders) as [Name, (round: number) => Promise<unknown>][];
  const taken = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, run] of entries) {
      const startedMs = performance.now();
      await run(round);
      if (round >= warmUp) taken.get(name)?.push(performance.now() - startedMs);
    }
  }
  return Object.fromEntries([...taken].map(([name, values]) => [name, summarise(values)])) as Record<Name, Timing>;
}

/**
 * Runs a number of operations by several callers at once.
 *
 * @returns what one operation took its caller, and how many were done a second
 */
export async function timeTogether(
  operation: (index: number) => Promise<unknown>,
  { operations, callers }: { readonly operations: number; readonly callers: number },
): Promise<Timing & { readonly perSecond: number }> {
  const taken: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  const call = async () => {
    while (next < operations) {
      const calledMs = performance.now();
      await operation(next++);
      taken.push(performance.now() - calledMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return { ...summarise(taken), perSecond: (operations * 1000) / (performance.now() - startedMs) };
}
