import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { createClient } from "../src/index.ts";
import { type Fault, startFaultyProxy } from "./_faulty-proxy.ts";
import { run } from "./_run.ts";

const GATEWAY = fileURLToPath(new URL("_talking-gateway.ts", import.meta.url));
const NODE = ["--conditions=@keepsake/source"];
const USER = "ola";
const RUNS = 8;

/** Lets a gateway talk, kills it a moment after a few turns, and gives those that it was told are safe. */
async function talkAndDie(args: string[], turns: number): Promise<string[]> {
  const child = spawn(process.execPath, [...NODE, GATEWAY, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  while (printed.split("\n").length <= turns) await once(child.stdout, "data");
  await sleep(Math.random() * 50);
  child.kill("SIGKILL");
  await once(child, "close");
  return printed.split("\n").slice(0, -1);
}

async function everythingSaid(server: TestServer): Promise<string[]> {
  const said: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const { conversation } = server.clientOf(USER);
    const page = await conversation.history.query({ sessionId: "s", limit: 200, ...(cursor && { cursor }) });
    said.push(...page.items.map(({ role, content }) => `${role} ${content}`));
    if (page.nextCursor === null) return said;
    cursor = page.nextCursor;
  }
}

test("a gateway killed at any point loses no turn that it was told is safe, and sends none twice", async () => {
  await using server = await startTestServer();
  await using proxy = await startFaultyProxy(server.url);
  const queueDir = await mkdtemp(join(tmpdir(), "keepsake-queue-"));
  const weather: (Fault | null)[] = [{ kind: "reset" }, { kind: "lost" }, null, { kind: "half" }];
  const acknowledged: string[] = [];
  for (let number = 1; number <= RUNS; number++) {
    proxy.setFault(weather[number % weather.length] ?? null);
    acknowledged.push(...(await talkAndDie([proxy.url, USER, queueDir, String(number)], 1 + (number % 3))));
  }
  proxy.setFault(null);
  const client = createClient({ url: proxy.url, userId: USER, queueDir });
  expect(await client.flush(50_000)).toBe(0);
  await rm(queueDir, { recursive: true });

  const said = await everythingSaid(server);
  const texts = acknowledged.map((line) => line.split(" ")[1]);
  expect(texts.length).toBeGreaterThan(RUNS);
  expect(new Set(said).size).toBe(said.length);
  const isAcknowledged = new Set(texts.flatMap((text) => [`user ${text}`, `assistant ${text}!`]));
  expect(said.filter((line) => isAcknowledged.has(line))).toEqual(
    texts.flatMap((text) => [`user ${text}`, `assistant ${text}!`]),
  );
});

test("a client with turns in its queue lets its process end", async () => {
  const script = `import { createClient } from "@keepsake/client";
    const keepsake = createClient({ url: "http://127.0.0.1:1" });
    const turn = await keepsake.turn({ sessionId: "s", text: "Hello" }, () => "Hi");
    console.log(turn.text, await turn.saved);`;
  const args = [...NODE, "--input-type=module", "--eval", script];
  const cwd = fileURLToPath(new URL("../../..", import.meta.url));
  expect(await run(process.execPath, args, { cwd })).toEqual({ exitCode: 0, output: "Hi queued\n" });
});
