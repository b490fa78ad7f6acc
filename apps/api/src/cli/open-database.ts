import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type DatabaseConfig, type DatabaseHandle, migrate, readMigrationPlan } from "@keepsake/db";
import { type Config, type Environment, loadConfig } from "../config.ts";
import type { CommandCall } from "./command.ts";

/** The server's configuration, from the same variables. */
export const readConfig = (env: Environment): Config => loadConfig(env, (path) => readFileSync(path, "utf8"));

/** Whether there is a database to be opened. A server is asked by connecting to it. */
export const hasDatabase = (config: DatabaseConfig): boolean =>
  config.home === "server" || existsSync(join(config.dataDir, "postgres"));

/**
 * A slip in the folder's name makes no database.
 *
 * @param otherwise what else the person may do, besides mending the name
 * @throws Error when there is none
 */
export function assertDatabase(config: DatabaseConfig, otherwise = ""): void {
  if (config.home === "server" || hasDatabase(config)) return;
  throw new Error(`There is no database in ${config.dataDir}: KEEPSAKE_DATA_DIR names its folder.${otherwise}`);
}

/**
 * Opens a database that is there.
 *
 * @throws DatabaseStartError that says which process has the embedded one open; Error when there is none
 */
export async function openDatabase(
  config: DatabaseConfig,
  { note }: Pick<CommandCall, "note">,
): Promise<DatabaseHandle> {
  assertDatabase(config);
  return await connect(config, { onProgress: (step) => note(`${step} …`) });
}

/**
 * Opens a database whose tables are this version's, for a command that compares and changes nothing.
 *
 * @throws DatabaseStartError, and Error when it has no tables yet or those of an older version
 */
export async function openAsItIs(config: DatabaseConfig, call: Pick<CommandCall, "note">): Promise<DatabaseHandle> {
  return await heldIf(await openDatabase(config, call), async ({ sql }) => {
    const { pending } = await readMigrationPlan(sql);
    if (pending.length === 0) return;
    throw new Error(
      "This database has no tables of Keepsake yet, or those of an older version: nothing was changed, and without --dry-run they are brought up to date.",
    );
  });
}

/** Opens a database and brings its schema to this version; an embedded one that is not there is made. */
export async function openMigrated(
  config: DatabaseConfig,
  { note }: Pick<CommandCall, "note">,
): Promise<DatabaseHandle> {
  const onProgress = (step: string) => note(`${step} …`);
  return await heldIf(await connect(config, { onProgress }), (handle) => migrate(handle, { onProgress }));
}

/** The handle, which is closed when something that it has to pass first fails. */
async function heldIf(
  handle: DatabaseHandle,
  passes: (handle: DatabaseHandle) => Promise<unknown>,
): Promise<DatabaseHandle> {
  try {
    await passes(handle);
    return handle;
  } catch (error) {
    await handle[Symbol.asyncDispose]();
    throw error;
  }
}

/** For people: `20261130T023000Z`. Sorts by time and holds no character that a file system minds. */
export const timestamp = (at: Date): string => at.toISOString().replace(/\.\d+|[-:]/g, "");
