import { createHash } from "node:crypto";
import type { Embedder, EmbeddingPurpose, EmbeddingResult } from "./embedder.ts";
import { toVectors } from "./embedding-result.ts";
import { withTimeLimit } from "./time-limit.ts";
import { VectorMemory } from "./vector-memory.ts";

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

/** An embedder that can tell, without waiting, what it knows. */
export interface CachedEmbedder extends Embedder {
  /** The unit vector of a text when it is remembered; null when the model would have to be asked. */
  known(text: string, purpose: EmbeddingPurpose): Float32Array | null;
}

/**
 * Remembers vectors, and makes one request of equal ones under way. Meant for what is asked again and again, such as
 * queries; give work through long lists, where nothing repeats, the embedder beneath.
 *
 * A caller's time limit and signal end that caller's waiting only: a request that others share goes on. Disposing of it
 * disposes of the embedder beneath. Failures are
 * not remembered; those who had joined a failed request all get its error.
 */
export function createCachedEmbedder(embedder: Embedder, options: CachedEmbedderOptions = {}): CachedEmbedder {
  const { countMax = 2_000, sharedTimeoutMs = 10_000 } = options;
  const memory = new VectorMemory(countMax);

  const resultsFor = async (texts: readonly string[], purpose: EmbeddingPurpose, timeoutMs?: number) => {
    const keys = texts.map((text) => keyOf(embedder, purpose, text));
    const wanted = new Map<string, string>();
    for (const [index, text] of texts.entries()) {
      const key = keys[index] ?? "";
      if (!memory.find(key)) wanted.set(key, text);
    }
    if (wanted.size > 0) {
      const limit = timeoutMs === undefined ? {} : { timeoutMs: Math.max(timeoutMs, sharedTimeoutMs) };
      memory.expect([...wanted.keys()], embedder.embedEach([...wanted.values()], purpose, limit));
    }
    const results = await Promise.all(keys.map((key) => memory.find(key)));
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
    known(text, purpose) {
      const found = memory.find(keyOf(embedder, purpose, text));
      return found && "vector" in found ? found.vector.slice() : null;
    },
    split: (text) => embedder.split(text),
    health: (limits) => embedder.health(limits),
    [Symbol.dispose]: () => embedder[Symbol.dispose](),
  };
}

/** A fingerprint rather than the text: the cache then holds no content, and keys are of one size. */
function keyOf({ space }: Embedder, purpose: EmbeddingPurpose, text: string): string {
  const parts = JSON.stringify([space.model, space.dimensions, space.recipe, purpose, text]);
  return createHash("sha256").update(parts).digest("base64");
}

/** Callers may change their vector; what is kept stays as it was. Every text has been found or asked for by now. */
function copyOf(result: EmbeddingResult | undefined): EmbeddingResult {
  if (!result) throw new Error("A text has neither a vector nor a request under way.");
  return "vector" in result ? { vector: result.vector.slice() } : result;
}
