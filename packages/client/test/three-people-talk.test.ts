import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { Ollama } from "ollama";
import { expect, test } from "vitest";
import {
  databaseEnvironment,
  freePort,
  type KeepsakeProcess,
  startProcess,
  untilHealthy,
} from "../../../apps/api/test/_keepsake-process.ts";
import { createClient, type Generate, type KeepsakeClient } from "../src/index.ts";
import { ollamaChat } from "../src/ollama.ts";

const PEOPLE = ["ola", "jan", "babcia"];
const TURNS_EACH = 100;
/** After so many turns of the first person the server is killed, and started again a moment later. */
const KILLS = [30, 65];
const COMMAND = "Turn on the lamp in the hall";

/** One of the people, and what was heard. */
interface Talk {
  readonly name: string;
  readonly client: KeepsakeClient;
  /** What the history is to hold, as `role: content`. */
  readonly heard: string[];
  /** Everything that the model was given. */
  readonly given: string[];
  cached: number;
  /** Turns that had to do without Keepsake. */
  alone: number;
}

/** What a person says: of their own, a question that comes again and again, or a command. */
function lineOf(name: string, number: number): string {
  if (number % 5 === 0) return `What is the favourite colour of ${name}?`;
  if (number % 7 === 0) return COMMAND;
  return `${name} says sentence ${number}`;
}

/** A model that fails one time in ten. */
function failingModel(ollama: Ollama): Generate {
  const answer = ollamaChat(ollama, { model: "llama3.2" });
  let calls = 0;
  return (input) => {
    calls += 1;
    if (calls % 10 === 0) throw new Error("out of memory");
    return answer(input);
  };
}

async function talk(person: Talk, model: Generate, onTurn: (number: number) => void): Promise<void> {
  const { name, client, heard, given } = person;
  const generate: Generate = (input) => {
    given.push(JSON.stringify(input.context));
    return model(input);
  };
  for (let number = 1; number <= TURNS_EACH; number++) {
    onTurn(number);
    const text = lineOf(name, number);
    heard.push(`user: ${text}`);
    // A gateway that takes everything for cacheable, commands too.
    const turn = await client.turn({ sessionId: "day", text }, generate, { cacheable: true }).catch(() => null);
    if (turn === null) continue;
    heard.push(`assistant: ${turn.text}`);
    expect(turn.text).toBe(`You said: ${text}`);
    if (turn.cached) person.cached += 1;
    if (turn.degraded.includes("keepsake")) person.alone += 1;
    if (text === COMMAND) expect(turn.cached).toBeNull();
  }
}

async function historyOf(url: string, userId: string): Promise<string[]> {
  const { conversation } = createClient({ url, userId });
  const said: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await conversation.history.query({ sessionId: "day", limit: 200, ...(cursor && { cursor }) });
    said.push(...page.items.map(({ role, content }) => `${role}: ${content}`));
    if (page.nextCursor === null) return said;
    cursor = page.nextCursor;
  }
}

test("three people talk for 300 turns, the server is killed twice and the model fails one time in ten: all is kept once, in order, and apart", async () => {
  await using database = await createTestDatabase();
  await using fake = await startFakeOllama();
  const ollama = new Ollama({ host: fake.url });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...databaseEnvironment(database.config), PORT: String(port), OLLAMA_URL: fake.url };
  const servers: KeepsakeProcess[] = [startProcess(environment)];
  const queueDir = await mkdtemp(join(tmpdir(), "keepsake-queue-"));
  const restart = async () => {
    servers.at(-1)?.kill("SIGKILL");
    await servers.at(-1)?.ended;
    await sleep(500);
    servers.push(startProcess(environment));
  };
  await using _ends = {
    [Symbol.asyncDispose]: () => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())).then(() => {}),
  };
  await untilHealthy(servers[0] as KeepsakeProcess, url);

  const restarts: Promise<void>[] = [];
  const people = PEOPLE.map(
    (name): Talk => ({
      name,
      client: createClient({ url, userId: name, queueDir }),
      heard: [],
      given: [],
      cached: 0,
      alone: 0,
    }),
  );
  const model = failingModel(ollama);
  const talks = people.map((person, index) =>
    talk(person, model, (number) => {
      if (index === 0 && KILLS.includes(number)) restarts.push(restart());
    }),
  );
  await Promise.all(talks);
  await Promise.all(restarts);
  await untilHealthy(servers.at(-1) as KeepsakeProcess, url);
  for (const { client } of people) expect(await client.flush(60_000)).toBe(0);

  for (const { name, heard, given, cached } of people) {
    expect(await historyOf(url, name)).toEqual(heard);
    const others = PEOPLE.filter((other) => other !== name);
    for (const context of given) for (const other of others) expect(context).not.toContain(other);
    expect(given.some((context) => context.includes(name))).toBe(true);
    expect(cached).toBeGreaterThan(0);
  }
  expect(servers).toHaveLength(1 + KILLS.length);
  expect(people.some(({ alone }) => alone > 0)).toBe(true);
  await rm(queueDir, { recursive: true });
}, 300_000);
