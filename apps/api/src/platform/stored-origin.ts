import { MemoryOrigin } from "@keepsake/contract";

/** An origin as stored. What came by other ways than the contract is believed least. */
export function toOrigin(stored: string): MemoryOrigin {
  const origin = MemoryOrigin.safeParse(stored);
  return origin.success ? origin.data : "assistant";
}
