import type { LateTurn } from "./late-turn.ts";
import { bytesOf, type Shelf, type ShelfLimits, toText } from "./shelf.ts";

/** A shelf that ends with the process. */
export function memoryShelf({ turnsMax, bytesMax }: ShelfLimits): Shelf {
  const turns = new Map<string, { readonly turn: LateTurn; readonly bytes: number }>();
  let bytesTotal = 0;
  const remove = (id: string): void => {
    bytesTotal -= turns.get(id)?.bytes ?? 0;
    turns.delete(id);
  };
  return {
    add: async (turn) => {
      const bytes = bytesOf(toText(turn));
      if (turns.size >= turnsMax || bytesTotal + bytes > bytesMax) return false;
      turns.set(crypto.randomUUID(), { turn, bytes });
      bytesTotal += bytes;
      return true;
    },
    list: async () => [...turns.keys()],
    find: async (id) => turns.get(id)?.turn ?? null,
    remove: async (id) => remove(id),
    setAside: async (id) => {
      remove(id);
      return null;
    },
  };
}
