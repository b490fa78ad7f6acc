import type { MarkExportedInput, MarkedExport } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { retried } from "../platform/retried.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { getManifest } from "./manifest.ts";
import { beginMarking, countMarked, markSome } from "./mark-store.ts";

/**
 * Marks the examples of an export as exported: those that it has written and of which nothing has changed since. The
 * wish is kept first and carried out in small transactions, so that nobody waits long behind it; a call that breaks off
 * is finished by the next one, and a second call answers as the first.
 *
 * @throws DomainError `EXPORT_NOT_FOUND`, `EXPORT_NOT_COMPLETE`
 */
export async function markExported(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { exportId, idempotencyKey: key }: MarkExportedInput,
): Promise<MarkedExport> {
  const call = { key, procedure: "training.markExported", input: exportId };
  await writeOnce(actor, services, call, (tx) => begin(actor, tx, exportId));
  const { db } = services;
  while (await retried(() => db.transaction((tx) => markSome(actor, tx, exportId))));
  return { exportId, marked: await countMarked(actor, db, exportId) };
}

async function begin(actor: Actor, tx: Transaction, exportId: string) {
  await getManifest(actor, tx, exportId);
  await beginMarking(actor, tx, exportId);
  return { exportId };
}
