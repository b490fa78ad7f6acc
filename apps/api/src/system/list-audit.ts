import type { AuditPage, ListAuditInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { type Actor, ofServer } from "../platform/actor.ts";
import { toItem } from "../platform/changed-items.ts";
import { parseIdCursor, toPage } from "../platform/cursor.ts";
import { listAudit } from "./audit-store.ts";

/** A page of the trail of the call's user, or of the server, newest first. */
export async function listAuditPage(actor: Actor, db: Queryable, input: ListAuditInput): Promise<AuditPage> {
  const { cursor, limit, item } = input;
  const owner = input.ofServer ? ofServer(actor) : actor;
  // The server's part names what is ours alone.
  const named = item === undefined ? null : input.ofServer ? item : toItem(actor.userId, item);
  const found = await listAudit(owner, db, { before: parseIdCursor(cursor), item: named, limit });
  return toPage(found, limit, ({ id }) => id);
}
