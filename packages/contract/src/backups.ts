import { z } from "zod";

/** A backup that was restored and compared with what it was made from. */
export const GoodBackup = z.object({
  /** `keepsake-20261130T023000Z.jsonl.zst`. */
  file: z.string(),
  bytes: z.int(),
  /** When its snapshot was taken. */
  createdAt: z.date(),
  rows: z.int(),
  /** Where it was restored to be compared. */
  verifiedIn: z.string(),
});
export type GoodBackup = z.infer<typeof GoodBackup>;

/** How it stands with the backups. */
export const BackupStatus = z.object({
  /** `watched`: somebody else makes them, and this server tells of them. */
  state: z.enum(["off", "on", "watched"]),
  lastGood: GoodBackup.nullable(),
  /** Since the last good one. */
  lastFailure: z.object({ at: z.date(), problem: z.string() }).nullable(),
  /** One is being made now. */
  isUnderWay: z.boolean(),
  /** What is wrong: the last good one is older than 36 hours, or the last one failed. Null when all is well. */
  warning: z.string().nullable(),
});
export type BackupStatus = z.infer<typeof BackupStatus>;

export const ListBackupsInput = z.strictObject({});

/** The good ones, newest first. */
export const BackupList = z.object({ items: z.array(GoodBackup) });
export type BackupList = z.infer<typeof BackupList>;

export const BackupInput = z.strictObject({});

/** What became of the wish. How it ends, `system.status` tells. */
export const BegunBackup = z.object({
  /** False when one is being made already, or this server makes none. */
  isBegun: z.boolean(),
  /** Why this server makes none; null when it does. */
  problem: z.string().nullable(),
});
export type BegunBackup = z.infer<typeof BegunBackup>;
