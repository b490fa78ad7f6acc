import type { PGlite } from "@electric-sql/pglite";
import type { DiskRoom } from "../disk-room.ts";
import type { StatementClock } from "../statement-clock.ts";
import { firstValue, queryMessage, stateAfter, withDiskErrors } from "./wire-messages.ts";

/** What the settings of the session are, by their names. */
export type SessionSettings = readonly (readonly [name: string, value: string])[];

/** How long the end of an answer can be that `stateAfter` looks at. */
const TAIL_BYTES = 6;

const READ_ONLY = "default_transaction_read_only";
const RESET = "set session authorization default; reset role; reset all";
const READ = `select json_agg(json_build_array(name, value)) from (
  select 'session_authorization' as name, session_user::text as value where session_user <> 'postgres'
  union all select 'role', current_setting('role') where current_setting('role') <> 'none'
  union all select name, current_setting(name) from pg_settings
    where source = 'session' and name not like 'transaction%') changed`;

/** PGlite's one session. Whoever uses it holds the turn. */
export class Session {
  readonly #pg: PGlite;
  readonly #clock: StatementClock;
  readonly #room: DiskRoom;
  #isReadOnly = false;

  constructor(pg: PGlite, clock: StatementClock, room: DiskRoom) {
    this.#pg = pg;
    this.#clock = clock;
    this.#room = room;
  }

  /** Lets transactions that begin from now on only read while the disk is nearly full. */
  async heedDisk(): Promise<void> {
    const { isLow } = this.#room;
    if (isLow === this.#isReadOnly) return;
    await this.ask(`set ${READ_ONLY} = ${isLow ? "on" : "off"}`);
    this.#isReadOnly = isLow;
  }

  /** An answer as its client gets it: an error of the disk's says so. */
  toAnswer(data: Uint8Array): Uint8Array {
    return withDiskErrors(data, this.#isReadOnly);
  }

  /**
   * Executes one message. PostgreSQL syncs its log before it answers a commit, so what `onData` gets may be passed on.
   *
   * @returns the state that the answer ends with; null when it is not at its end
   */
  async send(message: Uint8Array, onData: (data: Uint8Array) => void): Promise<ReturnType<typeof stateAfter>> {
    let tail: Uint8Array = Buffer.alloc(0);
    this.#clock.begin(message);
    try {
      await this.#pg.execProtocolRawStream(message, {
        onRawData: (data) => {
          tail = Buffer.concat([tail, data.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
          onData(data);
        },
      });
    } finally {
      this.#clock.end();
    }
    const state = stateAfter(tail);
    if (state === "idle") this.#clock.forgetNamedLimit();
    return state;
  }

  /** Executes statements. @returns the first column of the first row; null when there is none, or on a failure */
  async ask(sql: string): Promise<string | null> {
    const chunks: Uint8Array[] = [];
    await this.send(queryMessage(sql), (data) => chunks.push(Uint8Array.from(data)));
    return firstValue(Buffer.concat(chunks));
  }

  /** What its client has changed since the session began; what a full disk has is nobody's own. */
  async readSettings(): Promise<SessionSettings> {
    const settings = JSON.parse((await this.ask(READ)) ?? "[]") as SessionSettings;
    return this.#isReadOnly ? settings.filter(([name]) => name !== READ_ONLY) : settings;
  }

  /** Puts these in place of all that were changed. @returns false when PostgreSQL refuses one, and then none is set */
  async putSettings(settings: SessionSettings): Promise<boolean> {
    await this.ask(RESET);
    this.#isReadOnly = false;
    if (settings.length === 0) return true;
    const calls = settings.map(([name, value]) => `set_config(${toLiteral(name)}, ${toLiteral(value)}, false)`);
    return (await this.ask(`select ${calls.join(", ")}`)) !== null;
  }

  isInTransaction(): boolean {
    return this.#pg.isInTransaction();
  }
}

function toLiteral(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
