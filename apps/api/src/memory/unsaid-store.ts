import type { Transaction } from "@keepsake/db";
import { knowledge } from "@keepsake/db/schema";
import { and, count, gte, lte, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { ownedBy } from "../platform/owned.ts";
import { UNSAID_TRUST_MAX } from "../platform/unsaid.ts";

const HOUR_S = 3_600;
/** Some of the hour's memories are older than an hour by then, unless they all came at once. */
const RETRY_AFTER_S = 300;
/** Servers' clocks may differ by so much. */
const CLOCKS_APART_S = 24 * HOUR_S;
/** Older ids are of no row of the last hour: ids begin with the time of the server that made them. Spares most rows. */
const oldestId = (): string => {
  const ms = Date.now() - (HOUR_S + CLOCKS_APART_S) * 1_000;
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};

/**
 * Bounds what tools and the assistant add for a user within an hour, so that a loop cannot bury what people said. Called
 * after the rows were stored: the transaction falls when they are too many. One caller counts after the other.
 *
 * @throws DomainError `RATE_LIMITED`
 */
export async function assertUnsaidWithin(actor: Actor, tx: Transaction, perHourMax: number): Promise<void> {
  const [row] = await tx
    .select({ added: count() })
    .from(knowledge)
    .where(
      and(
        ownedBy(actor, knowledge),
        gte(knowledge.id, oldestId()),
        gte(knowledge.createdAt, sql`now() - interval '1 hour'`),
        lte(knowledge.trust, UNSAID_TRUST_MAX),
      ),
    );
  if ((row?.added ?? 0) <= perHourMax) return;
  throw new DomainError(
    "RATE_LIMITED",
    `Tools and the assistant may add ${perHourMax} memories an hour for one user: try again later.`,
    { retryAfterSeconds: RETRY_AFTER_S },
  );
}

/** Lets one caller after the other add what nobody said. First in the transaction, so that nobody waits for each other. */
export async function lockUnsaid(actor: Actor, tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`keepsake unsaid of ${actor.userId}`}, 0))`);
}
