import { stat } from "node:fs/promises";
import { type Failure, listBackups, readFailure } from "../../backup/backup-folder.ts";
import type { Config } from "../../config.ts";
import { examineFolder } from "./disk.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

const HOUR_MS = 3_600_000;
/** A day, and half of one for the person who reads the alarm. */
const AGE_HOURS = { warn: 36, fail: 7 * 24 };
const FIX = "Make one (keepsake backup now; by compose: backup.sh now), and look at the log for why none was made.";

/**
 * @param ageMs of the newest backup that was restored and compared; null for none
 * @param dataAgeMs of the database; null where it is not known
 */
export function judgeAge(ageMs: number | null, dataAgeMs: number | null): Finding {
  if (ageMs === null && dataAgeMs !== null && dataAgeMs < AGE_HOURS.warn * HOUR_MS)
    return warn(
      "backups",
      "there is no good backup yet",
      "The first is made at BACKUP_AT, or now: keepsake backup now.",
    );
  if (ageMs === null) return fail("backups", "there is no good backup", FIX);
  const hours = Math.floor(ageMs / HOUR_MS);
  const said = `the newest good backup is ${hours} hours old`;
  if (hours < AGE_HOURS.warn) return pass("backups", said);
  return hours < AGE_HOURS.fail ? warn("backups", said, FIX) : fail("backups", said, FIX);
}

/**
 * Whether the last attempt came to nothing.
 *
 * @param newestAt when the newest good backup was made, ISO 8601; null for none
 */
export function judgeFailure(failure: Failure | null, newestAt: string | null): Finding[] {
  if (failure === null || (newestAt !== null && Date.parse(failure.at) < Date.parse(newestAt))) return [];
  const said = `the last backup failed at ${failure.at}: ${failure.problem}`;
  return [warn("backups", said, "Mend what it says, and try again: keepsake backup now; by compose: backup.sh now.")];
}

/** Whether there are good backups, whether the last one failed, and whether one disk's end is the end of both. */
export async function examineBackups(
  { backup, database }: Config,
  hasData: boolean,
  dataAgeMs: number | null,
): Promise<Finding[]> {
  const { folder } = backup;
  if (folder === null) {
    const fix = "Set KEEPSAKE_BACKUP_DIR, or have them made in another way (docs/backups.md).";
    return [warn("backups", "Keepsake makes and knows no backups of this database", fix)];
  }
  if (!hasData) return [skip("backups", "there is nothing yet to make one of")];
  const [newest] = await listBackups(folder);
  const age = judgeAge(newest === undefined ? null : Date.now() - Date.parse(newest.createdAt), dataAgeMs);
  const isTogether = database.home === "embedded" && (await isSameDisk(folder, database.dataDir));
  const failure = judgeFailure(await readFailure(folder), newest?.createdAt ?? null);
  return [age, ...failure, ...(isTogether ? [sameDisk(folder)] : []), ...(await examineFolder("backup disk", folder))];
}

const sameDisk = (folder: string): Finding =>
  warn("backups", `${folder} is on the same disk as the data`, "Set KEEPSAKE_BACKUP_DIR to a folder of another disk.");

async function isSameDisk(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((path) => stat(path).catch(() => null)));
  return first !== null && second !== null && first?.dev === second?.dev;
}
