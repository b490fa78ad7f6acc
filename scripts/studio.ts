import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../apps/api/src/config.ts";
import { loadEnvFile } from "./load-env-file.ts";
import { startDrizzleKit } from "./studio/drizzle-kit.ts";
import { openGate, STUDIO_ORIGIN } from "./studio/gate.ts";
import { openForReading } from "./studio/open-database.ts";

// pnpm db:studio [--port 4983] [--minutes 30] [--plain]: drizzle-kit studio on the database that the server would use.
// docs/decisions/0030-studio-behind-a-gate.md says what keeps others out.

const MINUTES_MAX = 24 * 60;

function readArguments(): { port: number; minutes: number; isPlain: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4983" },
      minutes: { type: "string", default: "30" },
      plain: { type: "boolean", default: false },
    },
  });
  return {
    port: numberUpTo(65_535, "--port", values.port),
    minutes: numberUpTo(MINUTES_MAX, "--minutes", values.minutes),
    isPlain: values.plain,
  };
}

function numberUpTo(max: number, name: string, text: string): number {
  const number = Number(text);
  const isRight = /^\d+(\.\d+)?$/.test(text) && number > 0 && number <= max;
  if (!isRight) throw new Error(`${name} must be a number, at most ${max}.`);
  return number;
}

/** Resolves at Ctrl-C, SIGTERM, or when the time is over. */
async function untilStopped(minutes: number, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  await delay(minutes * 60_000, undefined, { signal: AbortSignal.any([stop.signal, signal]) }).then(
    () => console.log(`${minutes} minutes are over: the studio is closed.`),
    () => {},
  );
}

async function main(): Promise<void> {
  const { port, minutes, isPlain } = readArguments();
  loadEnvFile();
  const { database } = loadConfig(process.env, (path) => readFileSync(path, "utf8"));
  // The page can be told a host and a port, and no path: the secret is a name that every browser takes for this machine.
  const name = isPlain ? "127.0.0.1" : `${randomBytes(16).toString("hex")}.localhost`;
  await using queries = await openForReading(database, minutes);
  await using drizzleKit = await startDrizzleKit();
  await using _gate = await openGate(port, { host: `${name}:${port}`, queries, askDrizzleKit: drizzleKit.ask });
  console.log(`The studio is at

  ${STUDIO_ORIGIN}?host=${name}&port=${port}

until Ctrl-C, for ${minutes} minutes at most. It reads and cannot change anything. Its page is loaded from the Internet and
sees all that is stored; other web pages${isPlain ? "" : ", and programs that do not know this address,"} are refused.`);
  const ended = new AbortController();
  void drizzleKit.ended.then(() => ended.abort());
  await untilStopped(minutes, ended.signal);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
