import { readFileSync } from "node:fs";
import { openForChanges } from "@keepsake/db";
import { type Environment, loadConfig } from "../../config.ts";
import type { Actor } from "../../platform/actor.ts";
import { DomainError } from "../../platform/domain-error.ts";
import { openInstallation } from "../../platform/installation.ts";
import { KeysUnderWay } from "../../platform/keys-under-way.ts";
import type { TokenMeans } from "../../system/token-means.ts";

/** Whoever may use the command line may use the database, and needs no token. */
export const atTheMachine = (userId: string): Actor => ({
  userId,
  by: { tokenId: null, role: "server", requestId: null },
});

/**
 * Does something with the tokens of the server's database, running or stopped.
 *
 * @throws Error with a sentence for the person who typed
 */
export async function withTokens<T>(env: Environment, work: (means: TokenMeans) => Promise<T>): Promise<T> {
  const { database } = loadConfig(env, (path) => readFileSync(path, "utf8"));
  await using opened = await openForChanges(database);
  const { tokenKey } = await openInstallation(opened.db);
  // A running server notices by itself.
  const doorkeeper = { tokenKey, tokensChanged: () => {} };
  return await work({ db: opened.db, keysUnderWay: new KeysUnderWay(), doorkeeper }).catch(toSentence);
}

function toSentence(error: unknown): never {
  throw error instanceof DomainError ? new Error(error.message, { cause: error }) : error;
}
