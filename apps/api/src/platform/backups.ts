/** A backup that was restored and compared. */
export interface GoodBackup {
  /** `keepsake-20261130T023000Z.jsonl.zst`. */
  readonly file: string;
  readonly bytes: number;
  /** When its snapshot was taken. */
  readonly createdAt: Date;
  readonly rows: number;
  /** Where it was restored to be compared. */
  readonly verifiedIn: string;
}

/** How it stands with the backups. */
export interface BackupStatus {
  /** `watched`: somebody else makes them, and this server tells of them. */
  readonly state: "off" | "on" | "watched";
  readonly lastGood: GoodBackup | null;
  /** Since the last good one. */
  readonly lastFailure: { readonly at: Date; readonly problem: string } | null;
  /** One is being made now. */
  readonly isUnderWay: boolean;
  /** What is wrong and what to do: the last good one is older than 36 hours, or the last one failed. Null when all is well. */
  readonly warning: string | null;
}

/** Backups of the whole database, as the rest of the server knows them. */
export interface Backups {
  status(): Promise<BackupStatus>;
  /** The good ones, newest first. */
  list(): Promise<GoodBackup[]>;
  /**
   * Begins one and does not wait for its end, which `status` tells.
   *
   * @returns false when one is being made already
   * @throws DomainError `CAPACITY_REACHED` when this server makes none
   */
  begin(): boolean;
}
