import { toGuardedText } from "./guarded-text.ts";
import { Lane, type OnData } from "./lane.ts";
import type { Session } from "./session.ts";
import type { Turnstile } from "./turnstile.ts";
import {
  closeStatementMessage,
  fatalMessage,
  kindOf,
  readStartup,
  STARTUP_MESSAGE,
  textsOf,
  withTexts,
} from "./wire-messages.ts";

/** The user as which a client can only read. Anybody else may do everything. */
export const SIDE_READER = "reader";

/** So long may a side client keep the session while somebody waits for it. */
const HOLD_MAX_MS = 10_000;
/** Of a first message: what is no setting, and what PGlite's session has its own of. */
const NO_SETTINGS = new Set(["user", "database", "replication", "client_encoding", "options", "_pq_.protocol"]);
const OPTION = /(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)/g;

/**
 * A client beside the server's own: studio, psql, pg_dump, the command line. It has names, settings and transactions of
 * its own, and its transaction cannot keep the server waiting for ever.
 */
export class SideLane extends Lane {
  /** Ends the connection. */
  readonly #hangUp: () => void;
  /** Before the names of this client's statements, which share the session with everybody's. */
  readonly #prefix: string;
  readonly #statements = new Set<string>();
  #isReader = false;
  #patience: NodeJS.Timeout | null = null;
  #onData: OnData = () => {};

  constructor(session: Session, turnstile: Turnstile, id: number, hangUp: () => void) {
    super(session, turnstile);
    this.#prefix = `side${id}:`;
    this.#hangUp = hangUp;
  }

  /** Somebody waits for this client, which has the turn. */
  beginPatience(): void {
    this.#patience ??= setTimeout(() => this.#cut(), HOLD_MAX_MS).unref();
  }

  protected override async converse(message: Uint8Array, onData: OnData): Promise<void> {
    this.#onData = onData;
    if (kindOf(message) === "startup") await this.#start(message, onData);
    else {
      if (this.#isReader && !this.session.isInTransaction()) await this.#lock(message);
      await super.converse(this.#rewrite(message), onData);
    }
    if (!this.turnstile.isHeldBy(this)) this.#endPatience();
  }

  protected override async cleanUp(): Promise<void> {
    this.#endPatience();
    for (const name of this.#statements) await this.session.send(closeStatementMessage(name), () => {});
    await this.session.ask("unlisten *; discard temp");
  }

  async #start(message: Uint8Array, onData: OnData): Promise<void> {
    const asked = readStartup(message);
    this.#isReader = asked.get("user") === SIDE_READER;
    this.settings = settingsOf(asked);
    if (await this.session.putSettings(this.settings)) await super.converse(STARTUP_MESSAGE, onData);
    else {
      onData(fatalMessage("22023", "A setting of this connection is none of PostgreSQL's, or has no such value."));
      this.#hangUp();
    }
  }

  /** Again and again, because a statement may have taken it back. */
  async #lock(message: Uint8Array): Promise<void> {
    const kind = kindOf(message);
    if (kind === "query" || kind === "parse") await this.session.ask("set default_transaction_read_only = on");
  }

  #rewrite(message: Uint8Array): Uint8Array {
    switch (kindOf(message)) {
      case "query":
        return withTexts(
          message,
          textsOf(message, 1).map((sql) => toGuardedText(sql, this.#isReader)),
        );
      case "parse": {
        const [name = "", sql = ""] = textsOf(message, 2);
        const own = this.#own(name);
        if (own !== "") this.#statements.add(own);
        return withTexts(message, [own, toGuardedText(sql, this.#isReader)]);
      }
      case "bind": {
        const [portal = "", name = ""] = textsOf(message, 2);
        return withTexts(message, [portal, this.#own(name)]);
      }
      case "describe":
      case "close": {
        const [target = ""] = textsOf(message, 1);
        return target.startsWith("S") ? withTexts(message, [`S${this.#own(target.slice(1))}`]) : message;
      }
      default:
        return message;
    }
  }

  #own(name: string): string {
    return name === "" ? "" : this.#prefix + name;
  }

  #cut(): void {
    const reason = `The server waited ${HOLD_MAX_MS / 1000} s for this transaction: it was rolled back.`;
    this.#onData(fatalMessage("57014", reason));
    this.#hangUp();
  }

  #endPatience(): void {
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
  }
}

/** The parameters that are settings, and those in `options` (`-c name=value`, libpq's PGOPTIONS). */
function settingsOf(asked: ReadonlyMap<string, string>): [string, string][] {
  const given = [...asked].filter(([name]) => !NO_SETTINGS.has(name) && !name.startsWith("_pq_."));
  const options = [...(asked.get("options") ?? "").matchAll(OPTION)].map(
    ([, name = "", value = ""]): [string, string] => [name.replaceAll("-", "_"), value.replaceAll(/\\(.)/g, "$1")],
  );
  return [...given, ...options];
}
