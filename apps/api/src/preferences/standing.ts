import type { PreferenceOrigin } from "@keepsake/contract";

/** How well founded a value is. */
export interface Standing {
  readonly origin: PreferenceOrigin;
  /** 0 to 1. */
  readonly confidence: number;
}

/**
 * Whether a value may take the place of the stored one. What somebody said stands until somebody says otherwise,
 * however sure a conclusion is; among conclusions the surer one stands, and of two equally sure the newer.
 */
export function mayReplace(stored: Standing, next: Standing): boolean {
  if (next.origin === "explicit") return true;
  return stored.origin === "learned" && Math.fround(next.confidence) >= Math.fround(stored.confidence);
}
