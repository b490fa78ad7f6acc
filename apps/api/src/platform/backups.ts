import type { BackupStatus, BegunBackup, GoodBackup } from "@keepsake/contract";

/** Backups of the whole database, as the rest of the server knows them. */
export interface Backups {
  status(): Promise<BackupStatus>;
  /** The good ones, newest first. */
  list(): Promise<GoodBackup[]>;
  /** Begins one and does not wait for its end, which `status` tells. */
  begin(): BegunBackup;
}
