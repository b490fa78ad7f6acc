import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseConfig } from "@keepsake/db";
import { ADMIN_TOKEN_CHARS_MIN, type Config, ConfigError, isLoopback } from "./config.ts";

/**
 * Refuses, before a database is made for nothing, what is refused anyway: to listen wider than this machine where no
 * token can be.
 *
 * @throws ConfigError
 */
export function assertMayBeGuarded({ server, database }: Config): void {
  if (isGuarded(server.host, server.adminToken !== null) || mayHoldTokens(database)) return;
  throw unguarded(server.host, " --new");
}

const mayHoldTokens = (database: DatabaseConfig): boolean =>
  database.home === "server" || existsSync(join(database.dataDir, "postgres"));

/** Whether only those come in who may: from this machine alone, or with a token. */
export const isGuarded = (host: string, asksForTokens: boolean): boolean => asksForTokens || isLoopback(host);

/**
 * Refuses to listen wider than this machine where no token is asked for.
 *
 * @throws ConfigError
 */
export function assertGuarded({ host }: Config["server"], asksForTokens: boolean): void {
  if (!isGuarded(host, asksForTokens)) throw unguarded(host);
}

/** @param option what `token create` needs besides where there is no database yet */
function unguarded(host: string, option = ""): ConfigError {
  return new ConfigError(
    `HOST=${host} can be reached from other machines, and no token guards it: make one with \`npx pnpm@12 keepsake token create --role admin --label me${option}\` (in the image: \`keepsake token create …\`), or set KEEPSAKE_ADMIN_TOKEN (${ADMIN_TOKEN_CHARS_MIN} characters or more), or leave HOST unset to listen on this machine alone.`,
  );
}
