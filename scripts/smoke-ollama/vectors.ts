/** Cosine of the angle between two vectors of the same length. */
export function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

/** L2 norm. */
export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(dot(vector, vector));
}

/** The greatest difference between two numbers in the same place. */
export function distance(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Math.max(...Array.from(one, (value, index) => Math.abs(value - (other[index] ?? Number.NaN))));
}

/**
 * The model card's way to fewer dimensions, written a second time on purpose: layer normalisation over all numbers
 * (epsilon 1e-5, variance over n), the first ones, length 1.
 */
export function cutAsModelCard(values: readonly number[], dimensions: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  const deviation = Math.sqrt(squares - mean * mean + 1e-5);
  const kept = values.slice(0, dimensions).map((value) => (value - mean) / deviation);
  const length = norm(kept);
  return kept.map((value) => value / length);
}

/** The middle of a list of numbers; of two middles the lower one. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0.95 for the value that 95 % do not exceed */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? Number.NaN;
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}
