import type { ConnectOptions, ServerConfig } from "../database.ts";
import { endClient } from "../database-handle.ts";
import { withDeadline } from "../deadline.ts";
import { openPool, openServerClient } from "../postgres-client.ts";
import { Circuit } from "./circuit.ts";
import { type Lane, type LaneLimits, ServerLane } from "./lane.ts";

/** Each kind of work has connections of its own. */
export interface Lanes {
  /** What callers wait for. */
  readonly app: Lane;
  /** What nobody waits for: sweeping, erasing, vectors. */
  readonly background: Lane;
  /** Long reads of much. */
  readonly export: Lane;
  /** The job library's. */
  readonly jobs: Lane;
  /** Whether the database is there. */
  readonly health: Lane;
  /** Whose token it is: whoever asks how the server is has to be let in, however many callers wait. */
  readonly tokens: Lane;
}

/** Above the statement's own time-out, so that PostgreSQL gets to say what was too slow. */
const SPARE_MS = 500;
/** Whoever waits for a connection in vain is told within 2 s, the way back included. */
const WAIT_MS = 1_800;
/** A database that takes longer for `select 1` is not well. */
const HEALTH_MS = 1_500;
/** For work that nobody waits for. */
const LONG_MS = 30_000;
/** A look opens a connection, which is two waits at least: enough for half a second each way. */
const LOOK_MS = 2_500;
const TOO_MANY_CLIENTS = "53300";

/** The longest that the database may take for one call, milliseconds. */
export const callLimitMs = ({ statementTimeoutMs }: ServerConfig): number =>
  statementTimeoutMs === 0 ? LONG_MS : statementTimeoutMs + SPARE_MS;

/** Opens lanes to a server. Nothing is sent before the first use. */
export function openLanes(config: ServerConfig, options: ConnectOptions): Lanes & AsyncDisposable {
  const circuit = new Circuit(() => look(config), callLimitMs(config));
  const open = (limits: Omit<LaneLimits, "waitMs">, statementTimeoutMs: number) =>
    new ServerLane({ ...limits, waitMs: WAIT_MS }, circuit, () =>
      openPool({ ...config, poolSize: 1, statementTimeoutMs }, options),
    );
  const shortMs = callLimitMs(config);
  const long = { useMs: LONG_MS + SPARE_MS, isBudgeted: false };
  const lanes = {
    app: open({ size: config.poolSize, useMs: shortMs, isBudgeted: true }, config.statementTimeoutMs),
    background: open({ size: 2, ...long }, LONG_MS),
    export: open({ size: 2, ...long }, LONG_MS),
    jobs: open({ size: 1, ...long }, LONG_MS),
    health: open({ size: 1, useMs: HEALTH_MS, isBudgeted: false }, HEALTH_MS),
    tokens: open({ size: 1, useMs: shortMs, isBudgeted: true }, config.statementTimeoutMs),
  };
  return {
    ...lanes,
    [Symbol.asyncDispose]: async () => {
      circuit.end();
      await Promise.all(
        Object.values(lanes)
          .flatMap((lane) => lane.end())
          .map(endClient),
      );
    },
  };
}

/** Over a connection of its own: those that there are may be broken without knowing it. */
async function look(config: ServerConfig): Promise<void> {
  const sql = openServerClient(config.url, { max: 1, fetch_types: false, connect_timeout: LOOK_MS / 1000 });
  try {
    await withDeadline(sql`select 1`.simple().execute(), LOOK_MS);
  } catch (error) {
    // It is there, and full.
    if (!(error instanceof Error && "code" in error && error.code === TOO_MANY_CLIENTS)) throw error;
  } finally {
    void sql.end({ timeout: 0 }).catch(() => {});
  }
}
