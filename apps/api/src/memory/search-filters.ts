import type { SearchMemoriesInput } from "@keepsake/contract";
import { knowledge, knowledgeVersions } from "@keepsake/db/schema";
import { and, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { matching } from "./store.ts";

/** The caller's filters as one condition on `knowledge`. */
export function filterConditions(input: SearchMemoriesInput): SQL {
  return and(...matching(input)) ?? sql`true`;
}

/**
 * Living memories that are true: now, where nothing else is asked for, or at a time. What is only going to be true is
 * found now too, since people ask after what is to come.
 */
export function currentlyTrue(asOf: Date | undefined): SQL {
  const living = sql`${knowledge.forgottenAt} is null`;
  if (!asOf) {
    return sql`${living} and (${knowledge.validTo} is null or ${knowledge.validTo} > now())
      and (${knowledge.expiresAt} is null or ${knowledge.expiresAt} > now())`;
  }
  const at = sql`${asOf.toISOString()}::timestamptz`;
  return sql`${living} and ${knowledge.validFrom} <= ${at}
    and (${knowledge.validTo} is null or ${knowledge.validTo} > ${at})
    and (${knowledge.expiresAt} is null or ${knowledge.expiresAt} > ${at})`;
}

/**
 * What living memories said at a time, where they say something else by now: the last replaced version that was true
 * then. A user's replaced versions are few, so their words are taken apart on the way.
 */
export function replacedVersionsAt(actor: Actor, input: SearchMemoriesInput, asOf: Date): SQL {
  const at = sql`${asOf.toISOString()}::timestamptz`;
  return sql`
    select distinct on (${knowledge.id}) ${knowledge.id}, ${knowledgeVersions.version},
      to_tsvector('keepsake_english', ${knowledgeVersions.content})
        || to_tsvector('keepsake_simple', ${knowledgeVersions.content}),
      ${knowledgeVersions.recordedAt}, ${knowledgeVersions.importance}, ${knowledge.weight}, ${knowledge.trust}
    from ${knowledgeVersions} join ${knowledge}
      on ${knowledge.id} = ${knowledgeVersions.knowledgeId} and ${knowledge.userId} = ${actor.userId}
    where ${knowledgeVersions.userId} = ${actor.userId} and ${knowledge.forgottenAt} is null
      and ${knowledge.validFrom} > ${at} and ${filterConditions(input)}
      and ${knowledgeVersions.validFrom} <= ${at}
      and coalesce(${knowledgeVersions.validTo}, ${knowledgeVersions.replacedAt}) > ${at}
    order by ${knowledge.id}, ${knowledgeVersions.version} desc`;
}
