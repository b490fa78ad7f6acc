import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../apps/api/src/config.ts";
import { startEmbedded } from "../packages/db/src/embedded/start-embedded.ts";
import { connect, type DatabaseConfig, DatabaseStartError, type ServerConfig } from "../packages/db/src/index.ts";
import { loadEnvFile } from "./load-env-file.ts";

// pnpm db:studio [--port 4983]: drizzle-kit studio on the database that the server would use. The embedded one is
// opened here, so the server has to be stopped first.

const PACKAGE = join(import.meta.dirname, "../packages/db");
const GUARD = join(import.meta.dirname, "studio-guard.ts");

/** What drizzle-kit needs to find a database, and how to close it again. */
interface OpenDatabase extends AsyncDisposable {
  readonly credentials: object;
}

async function openDatabase(database: DatabaseConfig): Promise<OpenDatabase> {
  if (database.home === "server") return await openServer(database);
  if (!existsSync(join(database.dataDir, "postgres"))) {
    throw new DatabaseStartError(`There is no database in ${database.dataDir} yet: start Keepsake once, then stop it.`);
  }
  const server = await startEmbedded(database.dataDir, { onProgress: (step) => console.log(`${step} …`) });
  const host = server.socketPath.slice(0, server.socketPath.lastIndexOf("/"));
  return {
    credentials: { host, port: 5432, user: "postgres", database: "postgres", ssl: false },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Looked at first: drizzle-kit itself starts without a database, and says nothing of use later. */
async function openServer(database: ServerConfig): Promise<OpenDatabase> {
  await using _handle = await connect(database);
  return { credentials: { url: database.url }, [Symbol.asyncDispose]: async () => {} };
}

/** Ends with drizzle-kit, whether a Ctrl-C reaches both or somebody ends this process alone. */
async function runStudio({ credentials }: OpenDatabase, port: string): Promise<number> {
  const studio = spawn(
    process.execPath,
    ["--import", GUARD, "node_modules/drizzle-kit/bin.cjs", "studio", "--host", "127.0.0.1", "--port", port],
    {
      cwd: PACKAGE,
      stdio: "inherit",
      env: { ...process.env, KEEPSAKE_STUDIO_CREDENTIALS: JSON.stringify(credentials) },
    },
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => studio.kill());
  const [code] = (await once(studio, "exit")) as [number | null];
  return code ?? 0;
}

async function main(): Promise<number> {
  loadEnvFile();
  const { values } = parseArgs({ options: { port: { type: "string", default: "4983" } } });
  const { database } = loadConfig(process.env, (path) => readFileSync(path, "utf8"));
  await using open = await openDatabase(database);
  console.log(`The studio answers on 127.0.0.1:${values.port} until Ctrl-C.
Its page is loaded from the Internet, and while this runs, that page and every program on this machine can read and
change all that is stored, without a password. Other web pages are refused. Stop it when you are done.`);
  return await runStudio(open, values.port);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
