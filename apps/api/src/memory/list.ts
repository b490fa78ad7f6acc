import type { ListMemoriesInput, MemoryPage } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { parseIdCursor, toPageOf } from "../platform/cursor.ts";
import type { Services } from "../platform/services.ts";
import { toMemory } from "./memory-row.ts";
import { listMemories } from "./store.ts";

/** A page of memories, newest first. Ids grow with time, so the last one is where the next page begins. */
export async function listMemoryPage(
  actor: Actor,
  { db, embeddings }: Pick<Services, "db" | "embeddings">,
  input: ListMemoriesInput,
): Promise<MemoryPage> {
  const before = parseIdCursor(input.cursor);
  const spaceId = embeddings?.space.id ?? null;
  const found = await listMemories(actor, db, { ...input, before }, spaceId);
  return toPageOf(
    found,
    input.limit,
    ({ id }) => id,
    (row) => toMemory(row, spaceId),
  );
}
