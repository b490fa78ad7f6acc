import { openForChanges } from "@keepsake/db";
import type { Environment } from "../../config.ts";
import type { Actor } from "../../platform/actor.ts";
import { DomainError } from "../../platform/domain-error.ts";
import { openInstallation } from "../../platform/installation.ts";
import { KeysUnderWay } from "../../platform/keys-under-way.ts";
import type { TokenMeans } from "../../system/token-means.ts";
import { assertDatabase, readConfig } from "../open-database.ts";

/** Whoever may use the command line may use the database, and needs no token. */
export const atTheMachine = (userId: string): Actor => ({
  userId,
  by: { tokenId: null, role: "server", requestId: null },
});

/** Whether a database may be made where there is none. */
interface Opening {
  readonly mayBeNew?: boolean;
  /** What else to do where it may not, for the person who typed. */
  readonly otherwise?: string;
}

/**
 * Does something with the tokens of the server's database, running or stopped.
 *
 * @throws Error with a sentence for the person who typed
 */
export async function withTokens<T>(
  env: Environment,
  work: (means: TokenMeans) => Promise<T>,
  opening: Opening = {},
): Promise<T> {
  const { database } = readConfig(env);
  if (!opening.mayBeNew) assertDatabase(database, opening.otherwise);
  await using opened = await openForChanges(database);
  const { tokenKey } = await openInstallation(opened.db);
  // A running server notices by itself.
  const doorkeeper = { tokenKey, tokensChanged: () => {} };
  return await work({ db: opened.db, keysUnderWay: new KeysUnderWay(), doorkeeper }).catch(toSentence);
}

function toSentence(error: unknown): never {
  throw error instanceof DomainError ? new Error(error.message, { cause: error }) : error;
}
