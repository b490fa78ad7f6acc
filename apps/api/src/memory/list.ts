import type { ListMemoriesInput, MemoryPage } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { parseCursor } from "../platform/cursor.ts";
import type { Services } from "../platform/services.ts";
import { listMemories } from "./store.ts";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** A page of memories, newest first. Ids grow with time, so the last one is where the next page begins. */
export async function listMemoryPage(
  actor: Actor,
  { db, embeddings }: Pick<Services, "db" | "embeddings">,
  input: ListMemoriesInput,
): Promise<MemoryPage> {
  const before = parseCursor(input.cursor, (text) => (UUID.test(text) ? text : null));
  const found = await listMemories(actor, db, { ...input, before }, embeddings?.space.id ?? null);
  const items = found.slice(0, input.limit);
  return { items, nextCursor: found.length > items.length ? (items.at(-1)?.id ?? null) : null };
}
