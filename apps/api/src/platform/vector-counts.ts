import { LRUCache } from "lru-cache";
import type { Actor } from "./actor.ts";

/** A user's vectors grow slowly: an old count chooses as well as a new one. */
const FRESH_MS = 300_000;
const USERS_MAX = 1_000;

/** How many vectors users have, as far as it was counted a while ago: what decides how they are searched. */
export class VectorCounts {
  readonly #counts = new LRUCache<string, number>({ max: USERS_MAX, ttl: FRESH_MS });

  /** Null when it has to be counted. */
  find({ userId }: Actor): number | null {
    return this.#counts.get(userId) ?? null;
  }

  keep({ userId }: Actor, vectors: number): void {
    this.#counts.set(userId, vectors);
  }
}
