import type { ExamplePage, ListExamplesInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseIdCursor, toPage } from "../platform/cursor.ts";
import { listExamples } from "./example-store.ts";

/** A page of examples, newest first. Ids grow with time, so the last one is where the next page begins. */
export async function listExamplePage(
  actor: Actor,
  db: Queryable,
  { cursor, ...input }: ListExamplesInput,
): Promise<ExamplePage> {
  const before = parseIdCursor(cursor);
  const found = await listExamples(actor, db, { ...input, before });
  return toPage(found, input.limit, ({ id }) => id);
}
