import type { AuditEntry } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { auditLog } from "@keepsake/db/schema";
import { and, arrayContains, desc, lt } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** What part of a trail is wanted. */
export interface AuditStretch {
  /** An id of an entry; null for the newest. */
  readonly before: string | null;
  /** As the trail names it; null for every item. */
  readonly item: string | null;
  readonly limit: number;
}

/** Newest first, one more than `limit` where there are more. */
export async function listAudit(actor: Actor, db: Queryable, stretch: AuditStretch): Promise<AuditEntry[]> {
  const { before, item, limit } = stretch;
  const rows = await db
    .select()
    .from(auditLog)
    .where(
      and(
        ownedBy(actor, auditLog),
        before === null ? undefined : lt(auditLog.id, before),
        item === null ? undefined : arrayContains(auditLog.items, [item]),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  return rows.map(({ userId: _, details, ...row }) => ({ ...row, details: details as AuditEntry["details"] }));
}
