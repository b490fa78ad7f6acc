import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { clientFolder, compileGateway, type PackedClient, packClient } from "./_packed-client.ts";
import { type Finished, run, runWell } from "./_run.ts";

const ENTRIES = ["ai-sdk", "index", "ollama"];

let packed: PackedClient;
let installed: string;
beforeAll(async () => {
  packed = await packClient();
  installed = join(packed.gateway, "node_modules", "@keepsake", "client");
  await compileGateway(packed.gateway);
});
afterAll(() => packed?.[Symbol.asyncDispose]());

const tool = (name: string) => join(clientFolder, "node_modules", ".bin", name);
const readInstalled = (path: string) => readFile(join(installed, path), "utf8");

describe("the packed client", () => {
  test("holds the code, its declarations, README and licence, and nothing else", async () => {
    const files = await readdir(installed, { recursive: true });
    const built = ENTRIES.flatMap((entry) => [`dist/${entry}.d.ts`, `dist/${entry}.js`]);
    expect(files.sort()).toEqual(["LICENSE", "README.md", "dist", ...built, "package.json"]);
  });

  test("needs only tRPC and superjson, at the server's versions", async () => {
    const { dependencies, peerDependencies, peerDependenciesMeta, exports } = JSON.parse(
      await readInstalled("package.json"),
    );
    const server = JSON.parse(await readFile(join(clientFolder, "node_modules/@trpc/server/package.json"), "utf8"));
    expect(Object.keys(dependencies).sort()).toEqual(["@trpc/client", "@trpc/server", "superjson"]);
    expect(dependencies["@trpc/server"]).toBe(server.version);
    expect(dependencies["@trpc/client"]).toBe(server.version);
    expect(Object.keys(exports)).toEqual([".", "./ai-sdk", "./ollama"]);
    expect(exports["."]).toEqual({ types: "./dist/index.d.ts", default: "./dist/index.js" });
    expect(Object.keys(peerDependencies)).toEqual(["ai", "ollama"]);
    expect(peerDependenciesMeta).toEqual({ ai: { optional: true }, ollama: { optional: true } });
  });

  test("names no package of the workspace, no database and no schema library", async () => {
    for (const file of ENTRIES.flatMap((entry) => [`dist/${entry}.js`, `dist/${entry}.d.ts`])) {
      const text = await readInstalled(file);
      const named = text.match(/@keepsake\/(?!client\b)\w+|drizzle|fastify|zod/gi) ?? [];
      expect(named, file).toEqual([]);
    }
  });

  test("has declarations that import tRPC alone, and for an adapter the client and its library", async () => {
    const importsOf = async (file: string) => {
      const found = (await readInstalled(file)).matchAll(/^(?:import|export)\b.* from "(.+)"|\bimport\("(.+?)"\)/gm);
      return new Set([...found].map(([, name, dynamic]) => name ?? dynamic));
    };
    expect(await importsOf("dist/index.d.ts")).toEqual(new Set(["@trpc/client", "@trpc/server"]));
    expect(await importsOf("dist/ai-sdk.d.ts")).toEqual(new Set(["@keepsake/client", "ai"]));
    expect(await importsOf("dist/ollama.d.ts")).toEqual(new Set(["@keepsake/client", "ollama"]));
    // Only types: an adapter brings its library along for nobody.
    expect(await importsOf("dist/ai-sdk.js")).toEqual(new Set());
    expect(await importsOf("dist/ollama.js")).toEqual(new Set());
  });

  test("passes publint and are-the-types-wrong", async () => {
    await runWell(tool("publint"), ["run", "--strict", packed.tarball], { cwd: clientFolder });
    await runWell(tool("attw"), ["--profile", "esm-only", packed.tarball], { cwd: clientFolder });
  });

  /** Runs one of the README's examples in the gateway. */
  async function runExample(index: number): Promise<string[]> {
    const examples = [...(await readInstalled("README.md")).matchAll(/```ts\n(.*?)```/gs)];
    const code = examples[index]?.[1] ?? "";
    await using server = await startTestServer();
    // However busy the machine is: by itself a turn waits for a second and a half.
    const patient = code.replace('"http://127.0.0.1:8080"', `"${server.url}", turnTimeoutMs: 20_000`);
    await writeFile(join(packed.gateway, "src/readme.ts"), patient);
    await compileGateway(packed.gateway);
    const output = await runWell(process.execPath, ["dist/readme.js"], { cwd: packed.gateway });
    return output.trim().split("\n");
  }

  test("is used in its README as it can be used", async () => {
    const [added, hit, ...rest] = await runExample(0);
    expect(added).toMatch(/^[0-9a-f-]{36} false 20\d\d$/);
    expect(hit).toMatch(/^[\d.]+ 20\S+Z Ola drinks tea with raspberries\.$/);
    expect(rest).toEqual(["searched by words alone"]);
  });

  test("takes turns in its README as they can be taken", async () => {
    expect(await runExample(1)).toEqual(["War", "saw.", "saved", "Warsaw. exact 0", "0"]);
  });

  test("has adapters that are used in its README as they can be used", async () => {
    const examples = [...(await readInstalled("README.md")).matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
    await symlink(join(clientFolder, "node_modules/ai"), join(packed.gateway, "node_modules/ai"));
    await writeFile(join(packed.gateway, "src/readme.ts"), examples[3] ?? "");
    // The declarations of `ai` are not ours to check.
    await compileGateway(packed.gateway, ["--skipLibCheck", "true"]);
    await writeFile(join(packed.gateway, "src/readme.ts"), examples[2] ?? "");
    await compileGateway(packed.gateway);
  });

  test("types preferences by the schemas of a library that it does not know", async () => {
    await symlink(join(clientFolder, "../../node_modules/zod"), join(packed.gateway, "node_modules/zod"));
    expect(await runExample(4)).toEqual(["sleeps in 0", "light.office_main exact"]);
  });

  test("breaks the type-check of a gateway when a procedure changes", async () => {
    const declarations = await readInstalled("dist/index.d.ts");
    const changed = declarations.replace(/(add: [^;]*?input: \{\s*)content: string/, "$1text: string");
    expect(changed).not.toBe(declarations);
    await writeFile(join(installed, "dist/index.d.ts"), changed);
    try {
      await expect(compileGateway(packed.gateway)).rejects.toThrow(/src\/commands\.ts.*'content' does not exist/s);
    } finally {
      await writeFile(join(installed, "dist/index.d.ts"), declarations);
    }
  });
});

/** Runs the gateway as `npm start` does, once it is compiled. */
function gateway(server: { readonly url: string }, args: string[], lines = "", env = {}): Promise<Finished> {
  const settings = { KEEPSAKE_URL: server.url, KEEPSAKE_TOKEN: "", KEEPSAKE_USER: "", OLLAMA_URL: "", ...env };
  return run(process.execPath, ["dist/main.js", ...args], { cwd: packed.gateway, env: settings, input: lines });
}

test("the example gateway's own tests pass", async () => {
  const output = await runWell(process.execPath, ["--test"], { cwd: join(packed.gateway, "dist") });
  expect(output).toMatch(/pass [1-9]\d*\n/);
});

describe("the example gateway without a model", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("remembers a Markdown page, and the second time adds nothing", async () => {
    const first = await gateway(server, ["remember", "sample/dom.md"]);
    expect(first.output).toMatch(/dom\.md {2}█+ {2}3 of 3\nsample\/dom\.md: 3 pieces are new, 0 were known already\./);
    const second = await gateway(server, ["remember", "sample/dom.md"]);
    expect(second.output).toContain("0 pieces are new, 3 were known already.");
    expect(await server.client.memory.stats.query()).toMatchObject({ memories: 3, kinds: { document: 3 } });
  });

  test("shows what a model would be given: dated notes with their titles, found by a part of their words", async () => {
    const { output } = await gateway(server, [], "gdzie są buty Franka?\n");
    expect(output).toContain("No model answers. It would have been given this:");
    expect(output).toMatch(
      / {4}<memory kind="document" source="dom\.md" from="user" trust="said" date="[^"]+">Dom › Rodzina › Franek: Franek ma/,
    );
    expect(output).toContain("  user:\n    gdzie są buty Franka?\n");
  });

  test("keeps what is said in order, though nobody answers", async () => {
    await gateway(server, [], "Good morning\nIs anybody there?\n", { KEEPSAKE_SESSION: "lonely" });
    const { items } = await server.client.conversation.history.query({ sessionId: "lonely" });
    expect(items.map(({ role, content }) => [role, content])).toEqual([
      ["user", "Good morning"],
      ["user", "Is anybody there?"],
    ]);
  });

  test("notes a fact, finds it again in the next chat, and forgets it when told to", async () => {
    await gateway(server, [], "/note The spare key is with Mrs Nowak\n");
    const found = await gateway(server, [], "/search spare key\n");
    const [, id = ""] = /chat {2}(\S+)\n.*Mrs Nowak/.exec(found.output) ?? [];
    expect(await server.client.memory.get.query({ id })).toMatchObject({ source: "chat", tags: ["chat"] });
    const forgotten = await gateway(server, [], `/forget ${id}\n/search Nowak\n`);
    expect(forgotten.output).toMatch(/Forgotten\. Until .*\nNothing is remembered about that\./s);
  });

  test("remembers an exported chat by days", async () => {
    const { output } = await gateway(server, ["--remember", "sample/family-chat.txt"], "/search plumber\n");
    expect(output).toContain("2 pieces are new");
    expect(output).toMatch(/Chat of 23\/11\/2026: Ola: The plumber comes on Friday.*Jan: I work from home on Friday/);
  });

  test("speaks for the user that it is told to", async () => {
    const { output } = await gateway(server, [], "/search plumber\n", { KEEPSAKE_USER: "somebody.else" });
    expect(output).toContain("Nothing is remembered about that.");
  });

  test("says in one sentence what is wrong with a file", async () => {
    await mkdir(join(packed.gateway, "faulty"), { recursive: true });
    await writeFile(join(packed.gateway, "faulty/photo.md"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
    await writeFile(join(packed.gateway, "faulty/huge.md"), "word ".repeat(2_200_000));
    await writeFile(join(packed.gateway, "faulty/empty.md"), "\n");
    await writeFile(join(packed.gateway, "faulty/chat.json"), '{"not": "a chat"}');
    const sentences = {
      "none.md": "There is no file ",
      "faulty/photo.md": "faulty/photo.md is not text in UTF-8",
      "faulty/huge.md": "faulty/huge.md has 10.5 MB; 10.0 MB are the limit",
      "faulty/empty.md": "faulty/empty.md is empty.",
      "faulty/chat.json": "faulty/chat.json holds no messages",
      faulty: "faulty is not a file.",
    };
    for (const [file, sentence] of Object.entries(sentences)) {
      const { exitCode, output } = await gateway(server, ["remember", file]);
      expect(output.trim(), file).toMatch(new RegExp(`^${sentence}[^\n]*$`));
      expect(exitCode).toBe(1);
    }
  });
});

describe("the example gateway with a (fake) model", () => {
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startTestServer({ embeddings: true });
    env = { OLLAMA_URL: server.ollama.url };
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("finds by meaning what shares no word", async () => {
    await gateway(server, ["remember", "sample/dom.md"]);
    const isEmbedded = async () => (await server.client.memory.stats.query()).embeddings.ready === 3;
    await eventually("the pieces have vectors", isEmbedded);
    const { output } = await gateway(server, [], "/search espresso\n");
    expect(output).toMatch(/> \/search espresso\n\d\.\d\d .*\n +Dom › Kuchnia: .*Ekspres do kawy/);
  });

  test("answers with the model, which is given what is remembered", async () => {
    const given = "Ekspres do kawy trzeba odkamieniać co dwa miesiące";
    // A turn goes on without what is not found in its time, and a busy machine may be late: asked in other words then.
    const isGiven = async (question: string) => {
      const { output } = await gateway(server, [], `${question}\n`, env);
      expect(output).toContain(`> ${question}\nYou said: ${question}\n`);
      const asked = server.ollama.requests.findLast(({ path }) => path === "/api/chat");
      return JSON.stringify(asked?.body).includes(given);
    };
    const questions = ["", " now", " today", " on Sunday"].map((end) => `How do I clean the espresso machine${end}?`);
    const seen: boolean[] = [];
    for (const question of questions) if (!seen.at(-1)) seen.push(await isGiven(question));
    expect(seen.at(-1)).toBe(true);
  });

  test("gives an answer again, says why, and learns what was meant", async () => {
    const lines = [
      "What is the capital of Poland?",
      "What is the capital of Poland?",
      "/why",
      "No, I meant the old capital",
      "What is the capital of Poland?",
      "/why",
    ];
    const { output } = await gateway(server, [], `${lines.join("\n")}\n`, { ...env, KEEPSAKE_USER: "ola" });
    const answers = output.match(/You said: What is the capital of Poland\?\n(\(answered before: .*\))?/g);
    expect(answers?.map((answer) => answer.includes("answered before"))).toEqual([false, true, false]);
    expect(output).toContain("An answer of before was given; the model was not asked.");
    expect(output).toContain("(learnt: what was meant; the answer of before is given no more)");
    expect(output).toMatch(/<memory kind="correction".*By "What is the .*" they mean the old capital<\/memory>/);
  });

  test("learns what should have been answered", async () => {
    const { output } = await gateway(server, [], "When does the shop open?\n/correct At nine.\n", env);
    expect(output).toContain("(learnt: the right answer");
    const { items } = await server.client.training.list.query();
    expect(items).toMatchObject([{ inputText: "When does the shop open?", correctedText: "At nine." }]);
  });

  test("shows what it would have given when the model is missing or Ollama is down", async () => {
    const missing = await gateway(server, [], "hello\n", { ...env, CHAT_MODEL: "nonesuch" });
    expect(missing.output).toContain("Ollama does not have the model nonesuch: run `ollama pull nonesuch`.");
    const down = await gateway(server, [], "hello\n", { OLLAMA_URL: "http://127.0.0.1:1" });
    expect(down.output).toContain("Ollama does not answer at http://127.0.0.1:1");
    expect(down.output).toContain("No model answers. It would have been given this:");
  });
});

describe("the example gateway without a memory that lets it in", () => {
  const token = "a-token-for-these-tests-only";

  test("goes on and says why in one sentence", async () => {
    const { exitCode, output } = await gateway({ url: "http://127.0.0.1:1" }, [], "hello\n/search hello\n");
    expect(output).toContain("(without a memory: Keepsake does not answer at http://127.0.0.1:1: start it with ");
    expect(output).toMatch(/> \/search hello\nKeepsake does not answer at http:\/\/127\.0\.0\.1:1: .*\n/);
    expect(output).toContain("could not all be sent to Keepsake (1 left): lost, KEEPSAKE_QUEUE_DIR would keep it.");
    expect(output).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(0);
  });

  test("brings what was said without it to Keepsake the next time", async () => {
    await using server = await startTestServer();
    const env = { KEEPSAKE_QUEUE_DIR: "queue", KEEPSAKE_SESSION: "attic" };
    const { output } = await gateway({ url: "http://127.0.0.1:1" }, [], "hello\n", env);
    expect(output).toContain("could not all be sent to Keepsake (1 left): kept in queue until the next time.");
    await gateway(server, [], "/help\n", env);
    const { items } = await server.client.conversation.history.query({ sessionId: "attic" });
    expect(items).toMatchObject([{ role: "user", content: "hello" }]);
  });

  test("asks for the token that is missing or wrong", async () => {
    await using server = await startTestServer({ server: { adminToken: token } });
    const without = await gateway(server, ["remember", "sample/dom.md"]);
    expect(without.output.trim()).toBe("Keepsake asks for a token and does not know this one: set KEEPSAKE_TOKEN.");
    const allowed = await gateway(server, ["remember", "sample/dom.md"], "", { KEEPSAKE_TOKEN: token });
    expect(allowed.output).toContain("3 pieces are new");
  });
});
