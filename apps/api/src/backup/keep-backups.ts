import { setTimeout as delay } from "node:timers/promises";
import type { BackupStatus, BegunBackup, GoodBackup } from "@keepsake/contract";
import { connect, type DatabaseConfig, type DatabaseHandle } from "@keepsake/db";
import type { BackupConfig } from "../config.ts";
import type { Backups } from "../platform/backups.ts";
import { type DataDamage, isDamage } from "../platform/data-damage.ts";
import type { Logger } from "../platform/logger.ts";
import { type Backup, type Failure, listBackups, readFailure, timeOf } from "./backup-folder.ts";
import { BackupUnderWayError, makeBackup } from "./make-backup.ts";
import { nextRunMs } from "./next-run.ts";

/** A day, and half of one for the person who reads the warning. */
const AGE_MAX_MS = 36 * 3_600_000;
/** The clock may be set meanwhile, and a laptop may sleep. */
const LOOK_MS = 60_000;

/** Makes the backups of a server in the background. Disposing of it breaks off one that is under way. */
export class KeptBackups implements Backups, AsyncDisposable {
  readonly #database: { readonly config: DatabaseConfig; readonly handle: DatabaseHandle };
  readonly #config: BackupConfig;
  readonly #logger: Logger;
  readonly #damage: DataDamage;
  readonly #stop = new AbortController();
  readonly #startedMs = Date.now();
  readonly #schedule: Promise<void>;
  #underWay: Promise<void> | null = null;
  #lastTriedMs: number | null = null;
  /** Told from here too: the folder may take no note of it. */
  #lastFailure: Failure | null = null;

  constructor(
    database: { config: DatabaseConfig; handle: DatabaseHandle },
    config: BackupConfig,
    logger: Logger,
    damage: DataDamage,
  ) {
    this.#database = database;
    this.#config = config;
    this.#logger = logger;
    this.#damage = damage;
    this.#schedule =
      config.folder === null || config.at === null ? Promise.resolve() : this.#run(config.folder, config.at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The server stops."));
    await this.#schedule;
    await this.#underWay;
  }

  begin(): BegunBackup {
    const { folder, at } = this.#config;
    if (folder === null || at === null) {
      const problem = "This server makes no backups: set KEEPSAKE_BACKUP_DIR, and BACKUP_AT to a time.";
      return { isBegun: false, problem };
    }
    if (this.#underWay !== null) return { isBegun: false, problem: null };
    this.#underWay = this.#make(folder).finally(() => {
      this.#underWay = null;
    });
    return { isBegun: true, problem: null };
  }

  async list(): Promise<GoodBackup[]> {
    const { folder } = this.#config;
    return folder === null ? [] : (await listBackups(folder)).map(toGoodBackup);
  }

  async status(): Promise<BackupStatus> {
    const { folder, at } = this.#config;
    const isUnderWay = this.#underWay !== null;
    if (folder === null) return { state: "off", lastGood: null, lastFailure: null, isUnderWay, warning: null };
    const state = at === null ? "watched" : "on";
    try {
      const [newest] = await listBackups(folder);
      const failure = later(await readFailure(folder), this.#lastFailure);
      const warning = warningOf(newest ?? null, failure, this.#startedMs);
      const lastFailure = failure && toLastFailure(failure);
      return { state, lastGood: newest ? toGoodBackup(newest) : null, lastFailure, isUnderWay, warning };
    } catch (error) {
      const lastFailure = this.#lastFailure && toLastFailure(this.#lastFailure);
      return { state, lastGood: null, lastFailure, isUnderWay, warning: problemOf(error) };
    }
  }

  async #run(folder: string, at: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const newest = await listBackups(folder).then(
        ([first]) => first,
        () => undefined,
      );
      // By its name: in its manifest is the time of the database, whose clock may be another.
      const lastGoodMs = newest === undefined ? null : (timeOf(newest.name)?.getTime() ?? null);
      const nowMs = Date.now();
      const situation = {
        nowMs,
        startedMs: this.#startedMs,
        lastGoodMs,
        lastTriedMs: this.#lastTriedMs && inSeconds(this.#lastTriedMs),
      };
      const waitMs = nextRunMs(at, situation) - nowMs;
      // A look a minute early, then one in time.
      if (waitMs <= 0 && this.begin().isBegun) await this.#underWay;
      await delay(Math.min(Math.max(waitMs, 1_000), LOOK_MS), undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /**
   * On a server over a connection of its own, which is made for it: a backup reads what is everybody's, and no other
   * statement of this server does. The embedded home has one connection, on which nothing is read.
   */
  async #backUp(folder: string): Promise<Backup> {
    const { config, handle } = this.#database;
    const options = { config, folder, keep: this.#config.keep, signal: this.#stop.signal };
    if (config.home === "embedded") return await makeBackup({ ...options, handle });
    await using own = await connect({ ...config, poolSize: 2 });
    return await makeBackup({ ...options, handle: own });
  }

  async #make(folder: string): Promise<void> {
    const startedMs = Date.now();
    this.#lastTriedMs = startedMs;
    const { signal } = this.#stop;
    try {
      const { file, bytes, rows } = await this.#backUp(folder);
      const seconds = Math.round((Date.now() - startedMs) / 1000);
      this.#lastFailure = null;
      this.#logger.info({ file, bytes, rows, seconds }, "a backup was made, restored and compared");
    } catch (error) {
      // A backup reads every row, and so is the first to meet what no call has read for long.
      if (isDamage(error)) this.#damage.note(this.#logger, error);
      const problem = problemOf(error);
      if (error instanceof BackupUnderWayError) return this.#logger.info(problem);
      if (signal.aborted) return;
      this.#lastFailure = { at: new Date().toISOString(), problem };
      this.#logger.error({ problem }, "the backup failed; those before it are untouched");
    }
  }
}

/** As the names of backups tell it. */
const inSeconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

const toGoodBackup = ({ file, bytes, createdAt, rows, verifiedIn }: Backup): GoodBackup => ({
  file,
  bytes,
  createdAt: new Date(createdAt),
  rows,
  verifiedIn,
});

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const toLastFailure = ({ at, problem }: Failure): BackupStatus["lastFailure"] => ({ at: new Date(at), problem });

const later = (one: Failure | null, other: Failure | null): Failure | null =>
  one === null || (other !== null && other.at > one.at) ? other : one;

/** Null when all is well. A first backup is not missed before anybody could have made one. */
function warningOf(newest: Backup | null, failure: Failure | null, startedMs: number): string | null {
  if (failure !== null && (newest === null || failure.at > newest.createdAt))
    return `The last backup failed: ${failure.problem}`;
  const isOld = Date.now() - (newest === null ? startedMs : Date.parse(newest.createdAt)) > AGE_MAX_MS;
  if (!isOld) return null;
  return newest === null
    ? "There is no good backup, 36 hours after the start."
    : `The last good backup is older than 36 hours: ${newest.file}.`;
}
