import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const PACKAGE = join(import.meta.dirname, "../../packages/db");
/** Nobody listens there. drizzle-kit sends a hash of it to its page, which tells databases apart by it. */
const NO_DATABASE = { url: "postgres://keepsake_reader@127.0.0.1:1/keepsake" };
const START_TIMEOUT_MS = 60_000;

/** drizzle-kit studio, for what it knows of our tables. */
export interface DrizzleKit extends AsyncDisposable {
  /** Resolves when it ends by itself. */
  readonly ended: Promise<void>;
  ask(question: unknown): Promise<string>;
}

/**
 * Starts drizzle-kit studio without a database: whoever finds its port, which answers every web page, gets the names of
 * our tables and columns, which are no secret.
 */
export async function startDrizzleKit(): Promise<DrizzleKit> {
  const port = await freePort();
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(
    process.execPath,
    ["node_modules/drizzle-kit/bin.cjs", "studio", "--host", "127.0.0.1", "--port", String(port)],
    {
      cwd: PACKAGE,
      stdio: ["ignore", "ignore", "inherit"],
      env: { PATH, HOME, KEEPSAKE_STUDIO_CREDENTIALS: JSON.stringify(NO_DATABASE) },
    },
  );
  const ended = once(child, "exit").then(() => {});
  const ask = async (question: unknown) => (await post(port, question)).text();
  await untilItAnswers(() => ask({ type: "init" }), ended);
  return {
    ended,
    ask,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

function post(port: number, question: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
  });
}

async function untilItAnswers(ask: () => Promise<string>, ended: Promise<void>): Promise<void> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && !hasEnded) {
    if (await ask().catch(() => null)) return;
    await delay(100);
  }
  throw new Error("drizzle-kit studio did not start.");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}
