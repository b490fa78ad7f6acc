import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Embedder, EmbeddingPurpose, EmbeddingResult } from "./embedder.ts";
import { toVectors } from "./embedding-result.ts";
import { withTimeLimit } from "./time-limit.ts";

/** How much a cached embedder keeps. */
export interface CachedEmbedderOptions {
  /** Vectors kept, the longest unused dropped first. Default: 2,000, which is 4 MB at 384 numbers, 7 MB at 768. */
  readonly countMax?: number;
  /**
   * Least time that a request is given upstream, milliseconds, however soon its first caller gives up: others may
   * join it, and its vector is there for the next who asks. Default: 10,000.
   */
  readonly sharedTimeoutMs?: number;
}

/**
 * Remembers vectors, and makes one request of equal ones under way. Meant for what is asked again and again, such as
 * queries; give work through long lists, where nothing repeats, the embedder beneath.
 *
 * A caller's time limit and signal end that caller's waiting only: a request that others share goes on. Failures are
 * not remembered; those who had joined a failed request all get its error.
 */
export function createCachedEmbedder(embedder: Embedder, options: CachedEmbedderOptions = {}): Embedder {
  const { countMax = 2_000, sharedTimeoutMs = 10_000 } = options;
  const vectors = new LRUCache<string, Float32Array>({ max: countMax });
  const pending = new Map<string, Promise<EmbeddingResult>>();

  /** Asks upstream for texts that nobody has asked for, and lets others join from then on. */
  const request = (wanted: ReadonlyMap<string, string>, purpose: EmbeddingPurpose, timeoutMs?: number): void => {
    const limit = timeoutMs === undefined ? {} : { timeoutMs: Math.max(timeoutMs, sharedTimeoutMs) };
    const answer = embedder.embedEach([...wanted.values()], purpose, limit);
    [...wanted.keys()].forEach((key, index) => {
      const result = answer.then((results) => keep(key, results[index]));
      pending.set(key, result);
      const settle = () => pending.delete(key);
      result.then(settle, settle);
    });
  };
  const keep = (key: string, result: EmbeddingResult | undefined): EmbeddingResult => {
    if (!result) throw new Error("An embedder gave fewer results than it was given texts.");
    if ("vector" in result) vectors.set(key, result.vector);
    return result;
  };
  const lookUp = (key: string): EmbeddingResult | Promise<EmbeddingResult> | undefined => {
    const vector = vectors.get(key);
    return vector ? { vector } : pending.get(key);
  };

  const resultsFor = async (texts: readonly string[], purpose: EmbeddingPurpose, timeoutMs?: number) => {
    const keys = texts.map((text) => keyOf(embedder, purpose, text));
    const wanted = new Map(texts.map((text, index) => [keys[index] ?? "", text]));
    const found = new Map(keys.map((key) => [key, lookUp(key)]));
    for (const [key, result] of found) if (result) wanted.delete(key);
    if (wanted.size > 0) request(wanted, purpose, timeoutMs);
    const results = await Promise.all(keys.map((key) => found.get(key) ?? pending.get(key)));
    return results.map(copyOf);
  };

  const embedEach: Embedder["embedEach"] = (texts, purpose, { signal, timeoutMs } = {}) => {
    const limit = { timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY, signal };
    return withTimeLimit(limit, () => resultsFor(texts, purpose, timeoutMs));
  };
  return {
    space: embedder.space,
    embed: async (texts, purpose, limits) => toVectors(await embedEach(texts, purpose, limits)),
    embedEach,
    split: (text) => embedder.split(text),
    health: (limits) => embedder.health(limits),
  };
}

/** A fingerprint rather than the text: the cache then holds no content, and keys are of one size. */
function keyOf({ space }: Embedder, purpose: EmbeddingPurpose, text: string): string {
  const parts = JSON.stringify([space.model, space.dimensions, space.recipe, purpose, text]);
  return createHash("sha256").update(parts).digest("base64");
}

/** Callers may change their vector; what is kept stays as it was. */
function copyOf(result: EmbeddingResult | undefined): EmbeddingResult {
  if (!result) throw new Error("A text has neither a vector nor a request under way.");
  return "vector" in result ? { vector: result.vector.slice() } : result;
}
