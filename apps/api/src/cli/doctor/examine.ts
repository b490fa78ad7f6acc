import { type Config, ConfigError, type Environment, loadConfig } from "../../config.ts";
import { configWarnings } from "../../config-warnings.ts";
import { hasDatabase } from "../open-database.ts";
import { examineBackups } from "./backups.ts";
import { examineSynchronisation, examineTimeZone } from "./clock.ts";
import { examineDamage } from "./damage.ts";
import { examineDatabase } from "./database.ts";
import { examineFolder } from "./disk.ts";
import { type Finding, fail, pass, warn } from "./finding.ts";
import { examinePorts, type GuardedPort } from "./listeners.ts";
import { examineMemoryLimits } from "./memory-limits.ts";
import { examineSecrets } from "./secrets.ts";
import { judgeAccess } from "./tokens.ts";
import { examineRunning } from "./versions.ts";

/** What the doctor is given to look at. */
export interface Patient {
  readonly environment: Environment;
  /** The file of variables, where there is one. */
  readonly envFile: string;
  readFile(path: string): string;
}

/**
 * Looks at everything that can make Keepsake lose something, let somebody in, or not work. Changes nothing. Works beside a
 * running server and without one.
 */
export async function examine({ environment, envFile, readFile }: Patient): Promise<Finding[]> {
  const ofMachine = [
    ...examineSecrets(environment, envFile),
    examineTimeZone(environment["TZ"]),
    examineSynchronisation(),
    examineMemoryLimits(),
  ];
  try {
    const config = loadConfig(environment, readFile);
    return [
      ...configuration(configWarnings(environment)),
      ...(await examineConfigured(config, environment)),
      ...ofMachine,
    ];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.message.split("\n").map((said) => fail("configuration", said, "Mend it, and ask again."));
    return [...faults, accessOf(environment), ...ofMachine];
  }
}

/** What the start warns of, again for whoever asks later. */
const configuration = (warnings: readonly string[]): Finding[] =>
  warnings.length === 0
    ? [pass("configuration", "all variables can be used")]
    : warnings.map((said) => warn("configuration", said, "Set what was meant, and unset the other."));

/** What can be told of access where another variable's fault keeps the configuration from being read. */
function accessOf({ HOST, KEEPSAKE_ADMIN_TOKEN: token, KEEPSAKE_ADMIN_TOKEN_FILE: file }: Environment): Finding {
  return judgeAccess(HOST?.trim() || "127.0.0.1", token?.trim() || file?.trim() ? true : null);
}

async function examineConfigured(config: Config, { KEEPSAKE_TOKEN }: Environment): Promise<Finding[]> {
  const { server, database } = config;
  const ofFolder = database.home === "embedded" ? await examineFolder("data disk", database.dataDir) : [];
  const { findings: ofDatabase, hasTokens, ageMs } = await examineDatabase(config);
  const asksForTokens = server.adminToken !== null || hasTokens;
  return [
    judgeAccess(server.host, asksForTokens),
    await examineRunning(ownAddress(config)),
    await examineDamage(ownAddress(config), KEEPSAKE_TOKEN?.trim() || server.adminToken),
    ...ofFolder,
    ...ofDatabase,
    ...(await examineBackups(config, hasDatabase(database), ageMs)),
    ...examinePorts(guardedPorts(config, asksForTokens)),
  ];
}

/** A wide address is reached from this machine by loopback too. */
function ownAddress({ server: { host, port } }: Config): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** Services of this machine that other machines have no business with. */
function guardedPorts({ database, embeddings, server }: Config, asksForTokens: boolean | null): GuardedPort[] {
  const open =
    asksForTokens === null ? "Keepsake, of which nobody knows whether it wants a token," : "Keepsake without a token";
  return [
    ...(asksForTokens ? [] : [guarded(open, server.port, "Leave HOST unset, or set KEEPSAKE_ADMIN_TOKEN.")]),
    ...(database.home === "server"
      ? local(database.url, 5432, "PostgreSQL", "Set listen_addresses = 'localhost'.")
      : []),
    ...(embeddings ? local(embeddings.url, 11434, "Ollama, which asks nobody for a password", OLLAMA_FIX) : []),
  ];
}

const OLLAMA_FIX = "Set OLLAMA_HOST=127.0.0.1 for Ollama, or 172.17.0.1 for containers.";

const guarded = (name: string, port: number, fix: string): GuardedPort => ({ name, port, fix });

function local(url: string, portDefault: number, name: string, fix: string): GuardedPort[] {
  const { hostname, port } = new URL(url);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname)
    ? [guarded(name, Number(port || portDefault), fix)]
    : [];
}
