import type { CacheLookup, CacheLookupInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { giveAnswer } from "./lookup-store.ts";
import { questionKey } from "./question-key.ts";

/** The kept answer to a question, or that there is none; counted as a hit or a miss either way. */
export async function lookUpAnswer(actor: Actor, db: Queryable, question: CacheLookupInput): Promise<CacheLookup> {
  const answer = await giveAnswer(actor, db, questionKey(actor, question));
  return answer ? { hit: true, match: "exact", ...answer } : { hit: false };
}
