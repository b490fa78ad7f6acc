import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { type ClientOptions, createClient, type DroppedTurn, errorReason, type KeepsakeClient } from "../src/index.ts";
import { type Fault, type FaultyProxy, startFaultyProxy } from "./_faulty-proxy.ts";

let server: TestServer;
let proxy: FaultyProxy;
let users = 0;
let folder: string;
let dropped: DroppedTurn[] = [];
const clients: KeepsakeClient[] = [];
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startFaultyProxy(server.url);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  users += 1;
  dropped = [];
  proxy.calls.length = 0;
  folder = await mkdtemp(join(tmpdir(), "keepsake-queue-"));
});
afterEach(async () => {
  proxy.setFault(null);
  for (const client of clients.splice(0)) client.close();
  await rm(folder, { recursive: true, force: true });
});

/** For a turn that Keepsake is to answer, however busy the machine is. */
const PATIENT = { timeoutMs: 20_000 };

/** A client behind the proxy, of a user of this test's own. */
function open(options: Partial<ClientOptions> = {}): KeepsakeClient {
  const onDrop = (turn: DroppedTurn) => dropped.push(turn);
  const client = createClient({ url: proxy.url, userId: `user-${users}`, turnTimeoutMs: 300, onDrop, ...options });
  clients.push(client);
  return client;
}

const messagesOf = async (sessionId: string) =>
  (await server.clientOf(`user-${users}`).conversation.history.query({ sessionId })).items;

async function historyOf(sessionId: string): Promise<string[]> {
  return (await messagesOf(sessionId)).map(({ role, content }) => `${role}: ${content}`);
}

/** The queue's files, unfinished ones too. */
async function queued(): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.includes("/")).sort();
}

const AWAY: Readonly<Record<string, Fault>> = {
  "gone in the middle of each call": { kind: "reset" },
  silent: { kind: "silent" },
  "too slow": { kind: "slow", ms: 1_500 },
  "broken inside": { kind: "answer", status: 500, body: "Internal Server Error" },
  "behind a proxy that says it is down": { kind: "answer", status: 502, body: "<html>Bad gateway</html>" },
  "another page altogether": { kind: "answer", status: 200, body: "<html>It works!</html>" },
  "another service that speaks JSON": { kind: "answer", status: 200, body: '{"status":"ok"}' },
  "an answer without its fields": { kind: "answer", status: 200, body: '{"result":{"data":{"json":{"id":1}}}}' },
  "an empty answer": { kind: "answer", status: 200, body: "" },
  "half of each answer": { kind: "half" },
  "one that loses its answers": { kind: "lost" },
  "one that forgets half of the context": {
    kind: "changed",
    change: ({ context: _context, id: _id, ...rest }) => rest,
  },
};

describe.each(Object.entries(AWAY))("with Keepsake %s", (_how, fault) => {
  test("the model answers without a memory, and the turn arrives once when all is well again", async () => {
    const client = open();
    proxy.setFault(fault);
    const contexts: unknown[] = [];
    const turn = await client.turn({ sessionId: "s", text: "Hello" }, ({ context, degraded }) => {
      contexts.push([context.system, context.tail, degraded]);
      return "Hi";
    });
    expect(turn).toMatchObject({ text: "Hi", cached: null, degraded: ["keepsake"] });
    expect(turn.failure).not.toBeNull();
    expect(contexts).toEqual([["", [], ["keepsake"]]]);
    expect(await turn.saved).toBe("queued");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    await eventually("calls that were given up have come to their end", async () => proxy.underWay() === 0);
    expect(await historyOf("s")).toEqual(["user: Hello", "assistant: Hi"]);
    expect(dropped).toEqual([]);
  });

  test("an answer whose turn had begun well arrives once when all is well again", async () => {
    const client = open({ turnTimeoutMs: 1_500 });
    proxy.setFault({ ...fault, to: ["conversation.complete", "conversation.append"] });
    const turn = await client.turn({ sessionId: "s", text: "Hello" }, () => "Hi");
    expect(turn.failure).toBeNull();
    expect(await turn.saved).toBe("queued");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    await eventually("calls that were given up have come to their end", async () => proxy.underWay() === 0);
    expect(await historyOf("s")).toEqual(["user: Hello", "assistant: Hi"]);
  });
});

describe("without Keepsake", () => {
  test("the model answers where nothing listens, and where the token is no longer taken", async () => {
    await using guarded = await startTestServer({ server: { adminToken: "a-token-for-these-tests-only" } });
    for (const url of ["http://127.0.0.1:1", guarded.url]) {
      const turn = await open({ url }).turn({ sessionId: "s", text: "Hello" }, () => "Hi");
      expect(turn).toMatchObject({ text: "Hi", degraded: ["keepsake"] });
      expect(await turn.saved).toBe("queued");
    }
    expect(dropped).toEqual([]);
  });

  test("turns keep their times and their order among those that came after", async () => {
    const client = open();
    proxy.setFault({ kind: "reset" });
    const startedAt = Date.now();
    for (const number of [1, 2, 3])
      await client.turn({ sessionId: "s", text: `Question ${number}` }, () => `${number}`);
    const endedAt = Date.now();
    proxy.setFault({ kind: "reset", to: ["conversation.append"] });
    const turn = await client.turn({ sessionId: "s", text: "Question 4" }, () => "4", PATIENT);
    expect(await turn.saved).toBe("saved");
    expect(await historyOf("s")).toEqual(["user: Question 4", "assistant: 4"]);
    proxy.setFault(null);
    await client.flush(20_000);
    const messages = await messagesOf("s");
    expect(messages.map(({ content }) => content)).toEqual(
      [1, 2, 3, 4].flatMap((number) => [`Question ${number}`, `${number}`]),
    );
    for (const { createdAt } of messages.slice(0, 6)) {
      expect(createdAt.getTime()).toBeGreaterThanOrEqual(startedAt);
      expect(createdAt.getTime()).toBeLessThanOrEqual(endedAt);
    }
  });

  test("a failing model's question is kept for later too", async () => {
    const client = open();
    proxy.setFault({ kind: "reset" });
    const turn = client.turn({ sessionId: "s", text: "Hello" }, () => Promise.reject(new Error("out of memory")));
    await expect(turn).rejects.toThrow("out of memory");
    proxy.setFault(null);
    await client.flush(20_000);
    expect(await historyOf("s")).toEqual(["user: Hello"]);
  });

  test("what waits is sent as soon as Keepsake answers, without a flush", async () => {
    const client = open();
    proxy.setFault({ kind: "reset" });
    await (await client.turn({ sessionId: "s", text: "one" }, () => "1")).saved;
    proxy.setFault(null);
    await client.turn({ sessionId: "other", text: "two" }, () => "2", PATIENT);
    await eventually("the first turn is sent", async () => (await historyOf("s")).length === 2);
  });

  test("one that has found an answer of before, unheard, is not answered twice", async () => {
    const client = open();
    const question = { sessionId: "s", text: "What is the capital of France?" };
    await (await client.turn(question, () => "Paris.", { cacheable: true, ...PATIENT })).saved;
    proxy.setFault({ kind: "lost" });
    const turn = await client.turn(question, () => "It is Paris!");
    expect(turn).toMatchObject({ text: "It is Paris!", cached: null });
    expect(await turn.saved).toBe("queued");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    const once = [`user: ${question.text}`, "assistant: Paris."];
    expect(await historyOf("s")).toEqual([...once, ...once]);
  });

  test("a message that is said to be on its way still is made sure of", async () => {
    const client = open();
    const change = (data: object) => ({ ...data, degraded: ["save_pending"] });
    proxy.setFault({ kind: "changed", to: ["conversation.begin"], change });
    const turn = await client.turn({ sessionId: "s", text: "Hello" }, () => "Hi", PATIENT);
    expect(turn.degraded).toContain("save_pending");
    expect(await turn.saved).toBe("queued");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    expect(await historyOf("s")).toEqual(["user: Hello", "assistant: Hi"]);
  });

  test("a short failure is tried again within the turn, and never sends anything twice", async () => {
    const client = open({ turnTimeoutMs: 20_000 });
    for (const kind of ["reset", "lost", "half"] as const) {
      for (const to of [["conversation.begin"], ["conversation.complete"]]) {
        proxy.setFault({ kind, to, times: 2 });
        const turn = await client.turn({ sessionId: kind + to, text: "Hello" }, () => "Hi");
        expect(turn.degraded).toEqual(["embeddings"]);
        expect(await turn.saved).toBe("saved");
        expect(await historyOf(kind + to)).toEqual(["user: Hello", "assistant: Hi"]);
      }
    }
  });

  test("what Keepsake refuses is said and dropped, and holds nothing up", async () => {
    const client = open();
    const turn = await client.turn({ sessionId: " ", text: "Hello" }, () => "Hi", PATIENT);
    expect(turn).toMatchObject({ text: "Hi", degraded: ["keepsake"] });
    expect(errorReason(turn.failure)).toBe("INVALID_INPUT");
    expect(await turn.saved).toBe("dropped");
    expect(dropped).toMatchObject([{ reason: "refused", sessionId: " ", said: "Hello", answer: "Hi", file: null }]);
    proxy.setFault({ kind: "reset" });
    for (const sessionId of [" ", "s"]) await client.turn({ sessionId, text: "Hello" }, () => "Hi");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    expect(dropped).toHaveLength(2);
    expect(await historyOf("s")).toEqual(["user: Hello", "assistant: Hi"]);
  });

  test("a listener that fails, or none, costs no answer", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    const onDrop = () => {
      throw new Error("a mistake of the gateway");
    };
    const failing = open({ onDrop });
    const none = createClient({ url: proxy.url, userId: `user-${users}` });
    for (const client of [failing, none]) {
      const turn = await client.turn({ sessionId: " ", text: "My secret" }, () => "Hi", PATIENT);
      expect(await turn.saved).toBe("dropped");
    }
    await eventually("both warnings are there", async () => warnings.length >= 2, 5_000);
    process.off("warning", listen);
    expect(warnings.map(({ name }) => name)).toEqual(["KeepsakeWarning", "KeepsakeWarning"]);
    expect(warnings[0]?.message).toMatch(
      /^A turn is not kept: Keepsake does not take it \("sessionId" must not be empty/,
    );
    expect(warnings.join()).not.toContain("My secret");
  });

  test("more than may wait is dropped and told, and what waits already is not", async () => {
    const client = open({ queueTurnsMax: 2 });
    proxy.setFault({ kind: "reset" });
    const saved: string[] = [];
    for (const number of [1, 2, 3]) {
      saved.push(await (await client.turn({ sessionId: "s", text: `${number}` }, () => "Hi", PATIENT)).saved);
    }
    expect(saved).toEqual(["queued", "queued", "dropped"]);
    expect(dropped).toMatchObject([{ reason: "full", said: "3", answer: "Hi" }]);
    proxy.setFault(null);
    await client.flush(20_000);
    expect(await historyOf("s")).toEqual(["user: 1", "assistant: Hi", "user: 2", "assistant: Hi"]);
  });
});

describe("a queue on disk", () => {
  const say = async (client: KeepsakeClient, text: string, sessionId = "s") =>
    (await client.turn({ sessionId, text, language: "pl" }, () => `${text}!`)).saved;

  test("brings its turns to Keepsake after a restart of the gateway, by itself", async () => {
    const before = open({ queueDir: folder });
    proxy.setFault({ kind: "reset" });
    for (const number of [1, 2, 3]) expect(await say(before, `${number}`)).toBe("queued");
    before.close();
    expect(await queued()).toHaveLength(3);
    proxy.setFault(null);
    expect(await historyOf("s")).toEqual([]);
    open({ queueDir: folder });
    await eventually("all is sent", async () => (await queued()).length === 0);
    expect(await historyOf("s")).toEqual(["1", "2", "3"].flatMap((text) => [`user: ${text}`, `assistant: ${text}!`]));
    expect((await messagesOf("s"))[0]).toMatchObject({ language: "pl" });
  });

  test("is for the eyes of its owner alone", async () => {
    const client = open({ queueDir: join(folder, "made", "when needed") });
    proxy.setFault({ kind: "reset" });
    await say(client, "A secret");
    const [file = ""] = (await queued()).filter((name) => name.endsWith(".json"));
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, file, ".."))).mode & 0o777).toBe(0o700);
  });

  test("is shared by several processes, and by users whose names differ in case alone", async () => {
    proxy.setFault({ kind: "reset" });
    const clients = [open({ queueDir: folder }), open({ queueDir: folder }), open({ queueDir: folder, userId: "OLA" })];
    await Promise.all(clients.map((client, number) => say(client, `${number}`, `s${number}`)));
    expect(new Set((await queued()).map((name) => name.split("/")[0])).size).toBe(2);
    proxy.setFault(null);
    await Promise.all(clients.map((client) => client.flush(20_000)));
    expect(await queued()).toEqual([]);
    expect(await historyOf("s0")).toEqual(["user: 0", "assistant: 0!"]);
    expect(await historyOf("s1")).toEqual(["user: 1", "assistant: 1!"]);
    expect(await historyOf("s2")).toEqual([]);
    const { items } = await server.clientOf("OLA").conversation.history.query({ sessionId: "s2" });
    expect(items).toHaveLength(2);
  });

  test("sets damaged files aside by name, and sends the others", async () => {
    const client = open({ queueDir: folder });
    proxy.setFault({ kind: "reset" });
    for (const text of ["1", "2", "3", "4"]) await say(client, text);
    client.close();
    const files = await queued();
    const broken = ["", "{", '{"begin":{},"saidAt":"never"}'];
    for (const [number, text] of broken.entries()) await writeFile(join(folder, files[number] ?? ""), text);
    proxy.setFault(null);
    expect(await open({ queueDir: folder }).flush(20_000)).toBe(0);
    expect(await historyOf("s")).toEqual(["user: 4", "assistant: 4!"]);
    const aside = files.slice(0, 3).map((name) => name.replace(/json$/, "damaged"));
    expect(await queued()).toEqual(aside);
    expect(dropped.map(({ reason, file }) => [reason, file])).toEqual(
      aside.map((name) => ["damaged", join(folder, name)]),
    );
  });

  test("is tidied of what was left half written an hour ago", async () => {
    const [old, young] = [
      join(folder, `user-user-${users}`, ".old.unfinished"),
      join(folder, `user-user-${users}`, ".young.unfinished"),
    ];
    await mkdir(join(folder, `user-user-${users}`));
    for (const file of [old, young]) await writeFile(file, "{");
    await utimes(old, new Date(0), new Date(0));
    await open({ queueDir: folder }).flush(1_000);
    expect(await queued()).toEqual([relative(folder, young)]);
  });

  test("keeps what Keepsake refuses for a person to look at", async () => {
    const client = open({ queueDir: folder });
    proxy.setFault({ kind: "reset" });
    await say(client, "Hello", " ");
    proxy.setFault(null);
    expect(await client.flush(20_000)).toBe(0);
    expect(dropped).toMatchObject([{ reason: "refused", said: "Hello", answer: "Hello!" }]);
    const { file } = dropped[0] ?? {};
    expect(file).toMatch(/\.refused$/);
    expect(JSON.parse(await readFile(file ?? "", "utf8"))).toMatchObject({ begin: { text: "Hello" } });
  });

  test("has limits in turns and in bytes", async () => {
    proxy.setFault({ kind: "reset" });
    const few = open({ queueDir: join(folder, "few"), queueTurnsMax: 2 });
    expect(await Promise.all(["1", "2", "3"].map((text) => say(few, text, text)))).toContain("dropped");
    const small = open({ queueDir: join(folder, "small"), queueBytesMax: 10_000 });
    expect(await say(small, "a".repeat(9_000))).toBe("dropped");
    expect(await say(small, "a".repeat(4_000))).toBe("queued");
    expect(await say(small, "a".repeat(4_000))).toBe("dropped");
    expect(dropped.map(({ reason }) => reason)).toEqual(["full", "full", "full"]);
  });

  test("that cannot be written is told, and costs no answer", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const client = open({ queueDir: file });
    proxy.setFault({ kind: "reset" });
    expect(await say(client, "Hello")).toBe("dropped");
    expect(dropped).toMatchObject([{ reason: "unwritable", said: "Hello", cause: { code: "ENOTDIR" } }]);
  });
});

describe("a client", () => {
  test("says how many turns are left when the time of a flush is over", async () => {
    const client = open();
    proxy.setFault({ kind: "silent" });
    await client.turn({ sessionId: "s", text: "Hello" }, () => "Hi");
    const startedMs = performance.now();
    expect(await client.flush(400)).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });

  test("that is closed sends nothing more", async () => {
    const client = open();
    proxy.setFault({ kind: "reset" });
    await (await client.turn({ sessionId: "s", text: "Hello" }, () => "Hi")).saved;
    client.close();
    proxy.setFault(null);
    proxy.calls.length = 0;
    expect(await client.flush(1_000)).toBe(1);
    expect(proxy.calls).toEqual([]);
  });

  test("keeps its procedures as they were", async () => {
    const client = open();
    const { id } = await client.memory.add.mutate({ content: "Turns are not all." });
    expect(await client.memory.get.query({ id })).toMatchObject({ content: "Turns are not all." });
    expect(await Promise.resolve(client)).toBe(client);
  });
});
