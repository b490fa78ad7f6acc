import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import pretty from "pino-pretty";

export type Logger = Pick<PinoLogger, "info" | "warn" | "error" | "debug" | "child">;

/** How the log reads: lines for people, or JSON for collectors. */
export type LogFormat = "text" | "json";

export interface LoggingConfig {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  readonly format: LogFormat;
}

/**
 * One logger for the process; subsystems take a `child`. Lines carry ids, paths, counts and times, never content,
 * embeddings or tokens.
 */
export function createLogger(config: LoggingConfig): Logger {
  const options = { level: config.level, base: { pid: process.pid } };
  return config.format === "json" ? pino(options) : pino(options, toText());
}

function toText(): DestinationStream {
  return pretty({ sync: true, colorize: process.stdout.isTTY, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" });
}
