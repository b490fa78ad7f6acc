import type { BegunBackup } from "@keepsake/contract";
import { type Actor, ofServer } from "../platform/actor.ts";
import { audit } from "../platform/audit.ts";
import type { Services } from "../platform/services.ts";

/** Begins a backup, unless one is being made, and notes who wished it. */
export async function beginBackup(actor: Actor, { backups, db }: Services): Promise<BegunBackup> {
  const begun = backups.begin();
  if (begun.isBegun) await audit(ofServer(actor), db, { procedure: "system.backup", items: [], count: 0 });
  return begun;
}
