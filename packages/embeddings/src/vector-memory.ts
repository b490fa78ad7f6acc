import { LRUCache } from "lru-cache";
import type { EmbeddingResult } from "./embedder.ts";

/** Vectors by key, those known and those on their way. */
export class VectorMemory {
  readonly #known: LRUCache<string, Float32Array>;
  readonly #coming = new Map<string, Promise<EmbeddingResult>>();

  /** @param countMax vectors kept, the longest unused dropped first */
  constructor(countMax: number) {
    this.#known = new LRUCache({ max: countMax });
  }

  /** The vector of a key, or the promise of one; undefined when nobody has asked for it. */
  find(key: string): EmbeddingResult | Promise<EmbeddingResult> | undefined {
    const vector = this.#known.get(key);
    return vector ? { vector } : this.#coming.get(key);
  }

  /**
   * Makes an answer under way findable under its keys, and its vectors when they have come. Failures are not kept.
   *
   * @param answer one result a key, in order
   */
  expect(keys: readonly string[], answer: Promise<readonly EmbeddingResult[]>): void {
    for (const [index, key] of keys.entries()) {
      const result = answer.then((results) => this.#keep(key, results[index]));
      const settle = () => this.#coming.delete(key);
      this.#coming.set(key, result);
      result.then(settle, settle);
    }
  }

  #keep(key: string, result: EmbeddingResult | undefined): EmbeddingResult {
    if (!result) throw new Error("An embedder gave fewer results than it was given texts.");
    if ("vector" in result) this.#known.set(key, result.vector);
    return result;
  }
}
