import type { ExamplePage, ListExamplesInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseCursor } from "../platform/cursor.ts";
import { listExamples } from "./example-store.ts";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** A page of examples, newest first. Ids grow with time, so the last one is where the next page begins. */
export async function listExamplePage(
  actor: Actor,
  db: Queryable,
  { cursor, ...input }: ListExamplesInput,
): Promise<ExamplePage> {
  const before = parseCursor(cursor, (text) => (UUID.test(text) ? text : null));
  const found = await listExamples(actor, db, { ...input, before });
  const items = found.slice(0, input.limit);
  return { items, nextCursor: found.length > items.length ? (items.at(-1)?.id ?? null) : null };
}
