import type postgres from "postgres";
import type { ConnectOptions, DatabaseHandle, ServerConfig } from "./database.ts";
import { DatabaseStartError } from "./database-error.ts";
import { createHandle, endClient } from "./database-handle.ts";
import { withDeadline } from "./deadline.ts";
import { withCallBudget } from "./lanes/call-budget.ts";
import { callLimitMs, openLanes } from "./lanes/server-lanes.ts";
import { openPool, openSingleConnection } from "./postgres-client.ts";
import { toAddressError, toServerStartError } from "./server-fault.ts";
import { assertOwnSettings, checkServer } from "./server-requirements.ts";

/**
 * Connects to a server and checks that it can be used, within `connectTimeoutMs` altogether.
 *
 * @throws DatabaseStartError
 */
export async function connectServer(config: ServerConfig, options: ConnectOptions): Promise<DatabaseHandle> {
  const sql = openChecked(() => openPool(config, options));
  try {
    const versions = await withDeadline(checkAll(sql), config.connectTimeoutMs);
    assertDurable(versions.durabilityProblem, config);
    const lanes = openLanes(config, options);
    return createHandle({
      home: "server",
      sql,
      ...versions,
      lanes,
      limitCall: (call) => withCallBudget(callLimitMs(config), call),
      openSession: () => openSession(config, options),
      close: async () => lanes[Symbol.asyncDispose](),
    });
  } catch (error) {
    // Not awaited: a server that says nothing would hold up the refusal too.
    void sql.end({ timeout: 0 }).catch(() => {});
    throw toServerStartError(error, sql);
  }
}

async function checkAll(sql: postgres.Sql) {
  const versions = await checkServer(sql);
  await assertOwnSettings(sql);
  return versions;
}

/** Acknowledged is durable: a server that forgets is used only by those who say that they know. */
function assertDurable(problem: string | null, { durability = "required" }: ServerConfig): void {
  if (problem === null || durability === "relaxed") return;
  throw new DatabaseStartError(`${problem} Or set KEEPSAKE_DURABILITY=relaxed to live with it.`);
}

function openSession(config: ServerConfig, options: ConnectOptions) {
  const sql = openSingleConnection(config, options);
  return { sql, [Symbol.asyncDispose]: () => endClient(sql) };
}

function openChecked(open: () => postgres.Sql): postgres.Sql {
  try {
    return open();
  } catch {
    throw toAddressError();
  }
}
