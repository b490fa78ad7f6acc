import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { KEEPSAKE_VERSION } from "@keepsake/contract";
import { DatabaseStartError, MigrationError } from "@keepsake/db";
import { banner } from "./banner.ts";
import { type Config, ConfigError, loadConfig } from "./config.ts";
import { configWarnings, secretFileWarnings } from "./config-warnings.ts";
import { ListenError, startKeepsake } from "./keepsake.ts";
import { createLogger, type Logger } from "./platform/logger.ts";

/** With what the process runs. */
export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Ends the server cleanly, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
}

/** Faults that the person who starts the server can mend: one sentence each, no stack. */
const STARTING_FAULTS = [ConfigError, DatabaseStartError, MigrationError, ListenError];

/**
 * Runs the server until it is told to stop.
 *
 * @returns the process's exit code: 0 after a clean stop, 1 when it could not start or its database died
 */
export async function run({ env, signal }: RunOptions): Promise<number> {
  let config: Config;
  try {
    config = loadConfig(env, (path) => readFileSync(path, "utf8"));
  } catch (error) {
    return reportFault(error);
  }
  const logger = createLogger(config.logging);
  logger.info({ pid: process.pid }, `Keepsake ${KEEPSAKE_VERSION} starts (pid ${process.pid})`);
  for (const warning of [...configWarnings(env), ...secretFileWarnings(env, modeOf)]) logger.warn(warning);
  try {
    return await serve(config, logger, signal);
  } catch (error) {
    return reportFault(error);
  }
}

function modeOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : stats.mode;
}

async function serve(config: Config, logger: Logger, signal: AbortSignal | undefined): Promise<number> {
  const stop = stopRequested(signal);
  const died = Promise.withResolvers<"died">();
  const stopEarly = endIfStuck(stop, logger);
  await using keepsake = await startKeepsake(config, logger, {
    onProgress: (step) => logger.info(step),
    onLost: (reason) =>
      logger.error({ reason }, "the embedded database stopped and is opened again; calls fail until then"),
    onReopened: (count) => logger.info({ count }, "the embedded database serves again"),
    onFatal: (error) => {
      logger.error({ error: error.message }, "the embedded database died: the server stops, and can be started again");
      died.resolve("died");
    },
  });
  stopEarly.abort();
  await announce(config, logger, keepsake);
  const reason = await Promise.race([stop, died.promise]);
  if (reason === "died") return 1;
  logger.info(`stopping (${reason}): requests under way are finished first`);
  endIfStopHangs(logger);
  await keepsake[Symbol.asyncDispose]();
  logger.info("stopped");
  return 0;
}

/** Requests get 10 s, and the database some more; a container is killed after 20 s, and then nobody learns why. */
const STOP_MAX_MS = 17_000;

/** Nothing that a stop waits for, and nothing that a library left open, holds the process up for ever. */
function endIfStopHangs(logger: Logger): void {
  const end = () => {
    logger.error({ open: process.getActiveResourcesInfo() }, "the stop takes too long: the process ends as it is");
    process.exit(1);
  };
  setTimeout(end, STOP_MAX_MS).unref();
}

/** What is still open so long after a stop was forgotten. */
const FORGOTTEN_MS = 1_000;

/** A start that hangs must not outlive the wish to stop it: it gets this long to come to an end by itself. */
const STUCK_START_MS = 10_000;

function endIfStuck(stop: Promise<string>, logger: Logger): AbortController {
  const started = new AbortController();
  void stop.then((reason) => {
    if (started.signal.aborted) return;
    logger.info(`stopping (${reason}) as soon as the start has come to an end`);
    const timer = setTimeout(() => process.exit(1), STUCK_START_MS).unref();
    started.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
  return started;
}

async function announce(config: Config, logger: Logger, keepsake: Awaited<ReturnType<typeof startKeepsake>>) {
  const health = await keepsake.services.embeddings?.queries.health({ signal: AbortSignal.timeout(2_000) });
  for (const line of banner(config, keepsake, health ?? null)) logger.info(line);
}

/** Resolves with what asked for the stop. A second signal ends the process at once. */
function stopRequested(signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(1));
        resolve(name);
      });
    }
    const aborted = () => resolve("the command that started it ended");
    if (signal?.aborted) aborted();
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function reportFault(error: unknown): number {
  const isExpected = STARTING_FAULTS.some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected ? (error as Error).message : fullText(error)}\n`);
  return 1;
}

const fullText = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const isEntryPoint = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isEntryPoint) {
  process.exitCode = await run({ env: process.env });
  // Everything is closed; a connection that a library forgot would keep the process until it is idle for ten minutes.
  setTimeout(() => process.exit(), FORGOTTEN_MS).unref();
}
