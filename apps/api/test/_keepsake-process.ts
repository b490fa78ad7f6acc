import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { DatabaseConfig } from "@keepsake/db";
import { saveOutput } from "./_log-canaries.ts";
import { programs } from "./_programs.ts";

/** A process that prints. */
export interface PrintingProcess {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
}

/** The server as its own process, as a person starts it. */
export interface KeepsakeProcess extends PrintingProcess, AsyncDisposable {
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** Variables for a database of a test. */
export function databaseEnvironment(config: DatabaseConfig): Record<string, string> {
  return config.home === "embedded"
    ? { KEEPSAKE_DATA_DIR: config.dataDir }
    : { DATABASE_URL: config.url, ...(config.durability && { KEEPSAKE_DURABILITY: config.durability }) };
}

/**
 * Starts the server with these variables and no others of Keepsake's.
 *
 * @param nodeArguments for Node itself, before the server's file
 * @param program the server's file, with what it needs of Node
 */
export function startProcess(
  environment: Record<string, string>,
  nodeArguments: readonly string[] = [],
  program: readonly string[] = programs().server,
): KeepsakeProcess {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...environment };
  const child = spawn(process.execPath, [...nodeArguments, ...program], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (printed += chunk));
  const ended = once(child, "close").then(([code, signal]) => {
    // A sabotaged one may say what it must not.
    if (environment["SABOTAGE"] === undefined) saveOutput("process", printed, secretsOf(environment));
    return (code as number | null) ?? String(signal);
  });
  return {
    child,
    ended,
    output: () => printed,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const secretsOf = ({ KEEPSAKE_ADMIN_TOKEN, POSTGRES_PASSWORD }: Record<string, string>): string[] =>
  [KEEPSAKE_ADMIN_TOKEN, POSTGRES_PASSWORD].filter((secret) => secret !== undefined);

/** Waits until the server answers. */
export async function untilHealthy(server: PrintingProcess, url: string, withinMs = 180_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.output()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server did not answer within ${withinMs} ms: ${server.output()}`);
}

/** A port that nothing listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
