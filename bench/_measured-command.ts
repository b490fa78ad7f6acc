import { spawn } from "node:child_process";
import { once } from "node:events";
import { BUILT } from "../apps/api/test/_programs.ts";
import { peakMib } from "./_process-memory.ts";

/** The system keeps the peak, so that only what comes in the last moment before the end is missed. */
const LOOK_EVERY_MS = 20;
const MESSAGE_CHARS = 2_000;

/** What a command took. */
export interface Measured {
  readonly seconds: number;
  /** The most resident memory of its process, MiB; the embedded PostgreSQL is in it, a server is not. */
  readonly peakMib: number;
}

/**
 * Runs `keepsake` as built, as a person does, with these variables and no others of Keepsake's.
 *
 * @throws Error with what it printed, when it does not end with 0
 */
export async function measureKeepsake(
  words: readonly string[],
  environment: Record<string, string>,
): Promise<Measured> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...environment };
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...BUILT.commandLine, ...words], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const ended = once(child, "close");
  const peak = watchPeak(child.pid);
  const [code, signal] = await ended;
  const seconds = (performance.now() - startedMs) / 1000;
  const mib = peak.end();
  if (code === 0) return { seconds, peakMib: mib };
  throw new Error(`keepsake ${words.join(" ")} ended with ${code ?? signal}: ${printed.slice(-MESSAGE_CHARS)}`);
}

function watchPeak(pid: number | undefined): { end(): number } {
  let mib = 0;
  const look = async () => {
    // An ended process has none.
    mib = Math.max(mib, (await peakMib(pid).catch(() => 0)) || 0);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return {
    end() {
      clearInterval(timer);
      return mib;
    },
  };
}
