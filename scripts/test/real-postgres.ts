import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";

const connectTimeoutMs = 3000;

/** A PostgreSQL to test on, or why there is none. */
export type RealPostgres = { url: string } | { missing: string };

/**
 * The database of `TEST_DATABASE_URL`, else the one that `.ci/provision-postgres start` left running.
 *
 * @throws Error when `TEST_DATABASE_URL` names a database that does not answer: whoever sets it wants it tested
 */
export async function findRealPostgres(env: NodeJS.ProcessEnv): Promise<RealPostgres> {
  const wanted = env["TEST_DATABASE_URL"];
  if (wanted) {
    if (await answers(wanted)) return { url: wanted };
    throw new Error(`TEST_DATABASE_URL names ${addressOf(wanted)}, where nothing answers.`);
  }
  const provisioned = readProvisionedUrl(env);
  if (provisioned === null) return { missing: "none is running" };
  if (await answers(provisioned)) return { url: provisioned };
  return { missing: `the provisioned one at ${addressOf(provisioned)} does not answer any more` };
}

/** `host:port`: the rest of a database's URL may be a secret. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return "no valid URL";
  const { hostname, port } = new URL(url);
  return hostname === "" ? "a local socket" : `${hostname}:${port || 5432}`;
}

function readProvisionedUrl(env: NodeJS.ProcessEnv): string | null {
  try {
    return readFileSync(join(env["KEEPSAKE_CI_CACHE"] || "/var/cache/keepsake-ci", "cluster", "url"), "utf8").trim();
  } catch {
    return null;
  }
}

/** A plain TCP connection: whether the database is of use is for the tests to say. */
function answers(url: string): Promise<boolean> {
  if (!URL.canParse(url)) return Promise.resolve(false);
  const { hostname, port } = new URL(url);
  if (hostname === "") return Promise.resolve(true);
  const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 5432) });
  return new Promise<boolean>((resolve) => {
    socket.setTimeout(connectTimeoutMs, () => resolve(false));
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
  }).finally(() => socket.destroy());
}
