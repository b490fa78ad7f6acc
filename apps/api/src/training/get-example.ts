import type { TrainingExample } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { findExample } from "./example-store.ts";

/** The same answer for an id that never was, one that was deleted and one of another user. */
export const exampleNotFound = () => new DomainError("EXAMPLE_NOT_FOUND", "There is no training example with this id.");

/**
 * A training example.
 *
 * @throws DomainError `EXAMPLE_NOT_FOUND`
 */
export async function getExample(actor: Actor, db: Queryable, id: string): Promise<TrainingExample> {
  const example = await findExample(actor, db, id);
  if (!example) throw exampleNotFound();
  return example;
}
