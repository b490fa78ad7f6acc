import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function remember(userId: string, contents: readonly (string | { content: string; language: string })[]) {
  const client = server.clientOf(userId);
  const items = contents.map((content) => (typeof content === "string" ? { content } : content));
  await client.memory.addMany.mutate({ items });
  return async (query: string, more: object = {}) =>
    (await client.memory.search.query({ query, ...more })).hits.map(({ content }) => content);
}

describe("a search by words", () => {
  test("needs no more than one of the question's words, and puts the rare word first", async () => {
    const search = await remember("or", [
      "The user prefers lights at 50% brightness in the evening",
      "The user is allergic to peanuts",
      "The user plays the cello on Sundays",
    ]);
    expect((await search("What does the user have an allergy or allergic reaction to?"))[0]).toContain("peanuts");
    expect((await search("lighting preferences"))[0]).toContain("brightness");
    expect((await search("does anybody here play a cello?"))[0]).toContain("cello");
  });

  test.each(["światła w kuchni", "swiatla w kuchni", "ŚWIATŁO KUCHNIA", "kuchni"])(
    "finds a Polish sentence by %s",
    async (query) => {
      const sentence = "światło w kuchni jest za jasne";
      const other = "okno w salonie jest za małe";
      const untagged = await remember("pl-untagged", [sentence, other]);
      expect((await untagged(query))[0]).toBe(sentence);
      const tagged = await remember(
        "pl-tagged",
        [sentence, other].map((content) => ({ content, language: "pl" })),
      );
      expect((await tagged(query))[0]).toBe(sentence);
    },
  );

  test("knows English stems of English memories", async () => {
    const search = await remember("en", [{ content: "Remember to water the tomatoes", language: "en" }]);
    expect(await search("watering tomato")).toHaveLength(1);
  });

  test.each([
    ["Cyrillic", "Бабушка живёт в Киеве", "бабушка киеве"],
    ["Greek", "Το κλειδί είναι στο συρτάρι", "ΚΛΕΙΔΊ"],
    ["a number with a unit", "Heat the bathroom to 21.5 °C", "21.5"],
    ["an e-mail address", "Her address is ola.nowak@example.org", "ola.nowak@example.org"],
    ["a hyphenated name", "The Jean-Luc lamp is broken", "jean-luc"],
  ])("finds %s", async (name, content, query) => {
    const search = await remember(`script-${name.replaceAll(" ", "-")}`, [content, "Something else entirely"]);
    expect(await search(query)).toEqual([content]);
  });

  test.each([
    "' | !",
    "a & b:*",
    "\\",
    "it's",
    "(((",
    "'''",
    "foo:*",
    "%_%",
    "<->",
    '"',
    "$1",
    "!!!",
    "--",
    "\\'",
    "🙂",
  ])("takes %s for words, not for a query language", async (query) => {
    const search = await remember("meta", ["it's a & b, foo (really)", "something else"]);
    expect(await search(query)).toBeInstanceOf(Array);
  });

  test("finds nothing where nothing fits, and nothing in an empty memory", async () => {
    const search = await remember("nothing", ["The sky was grey"]);
    expect(await search("saxophone")).toEqual([]);
    expect((await server.clientOf("empty").memory.search.query({ query: "anything" })).hits).toEqual([]);
  });

  test("answers a query of the greatest length", async () => {
    const search = await remember("long", ["a haystack and its needles"]);
    const words = Array.from({ length: 300 }, (_, number) => `word${number}`).join(" ");
    expect(await search(`${words.slice(0, 1_980)} haystack`)).toEqual(["a haystack and its needles"]);
  });

  test("gives as many hits as asked for, best first, and each once", async () => {
    const search = await remember(
      "many",
      Array.from({ length: 120 }, (_, number) => `Lamp number ${number}`),
    );
    const hits = await search("lamp", { limit: 100 });
    expect(new Set(hits).size).toBe(100);
    expect((await search("lamp 77"))[0]).toBe("Lamp number 77");
  });
});

describe("filters of a search", () => {
  test("keep to tags, source, kind and time", async () => {
    const client = server.clientOf("search-filters");
    await client.memory.add.mutate({ content: "lamp one", tags: ["hall", "warm"], source: "chat", kind: "event" });
    await client.memory.add.mutate({ content: "lamp two", tags: ["hall"], source: "import" });
    const search = async (filter: object) =>
      (await client.memory.search.query({ query: "lamp", ...filter })).hits.map(({ content }) => content).sort();
    expect(await search({ tags: ["hall"] })).toEqual(["lamp one", "lamp two"]);
    expect(await search({ tags: ["hall", "warm"] })).toEqual(["lamp one"]);
    expect(await search({ source: "import" })).toEqual(["lamp two"]);
    expect(await search({ kind: "event" })).toEqual(["lamp one"]);
    expect(await search({ createdBefore: "2020-01-01T00:00:00Z" })).toEqual([]);
    expect(await search({ createdAfter: new Date("2020-01-01") })).toHaveLength(2);
  });

  test("leave out what is no longer true or has expired", async () => {
    const client = server.clientOf("untrue");
    const { id } = await client.memory.add.mutate({ content: "The spare key is with Ann" });
    await client.memory.add.mutate({ content: "The key of today is 4711", expiresAt: new Date(Date.now() - 1_000) });
    await client.memory.update.mutate({ id, validTo: new Date(Date.now() - 1_000) });
    expect((await client.memory.search.query({ query: "key" })).hits).toEqual([]);
  });
});

describe("a search as of an earlier time", () => {
  test("answers with what was true then, also where it was changed since", async () => {
    const client = server.clientOf("as-of");
    const { id } = await client.memory.add.mutate({
      content: "Jan lives in Kraków",
      validFrom: "2020-01-01",
    });
    await client.memory.update.mutate({ id, content: "Jan lives in Gdańsk", validFrom: "2024-06-01" });
    await client.memory.update.mutate({ id, tags: ["family"] });
    const at = async (asOf: string) =>
      (await client.memory.search.query({ query: "where does Jan live", asOf })).hits.map(({ content }) => content);
    expect(await at("2019-01-01")).toEqual([]);
    expect(await at("2022-01-01")).toEqual(["Jan lives in Kraków"]);
    expect(await at("2025-01-01")).toEqual(["Jan lives in Gdańsk"]);
    const now = await client.memory.search.query({ query: "where does Jan live" });
    expect(now.hits.map(({ content }) => content)).toEqual(["Jan lives in Gdańsk"]);
  });
});

describe("an explanation", () => {
  test("holds the parts of the score, which multiply back to it", async () => {
    const client = server.clientOf("explains");
    await client.memory.add.mutate({ content: "The hall lamp is dim", importance: 1 });
    await client.memory.add.mutate({ content: "The hall is long" });
    const { hits, degraded } = await client.memory.search.query({ query: "hall lamp", explain: true });
    expect(degraded).toEqual(["embeddings"]);
    expect(hits).toHaveLength(2);
    for (const { score, explanation } of hits) {
      expect(explanation).toBeDefined();
      const { relevance = 0, recency = 0, importance = 0, feedback = 0 } = explanation ?? {};
      expect(score).toBeCloseTo(relevance * recency * importance * feedback, 12);
    }
    expect(hits[0]?.explanation?.keyword?.rank).toBe(1);
    const plain = await client.memory.search.query({ query: "hall lamp" });
    expect(plain.hits[0]).not.toHaveProperty("explanation");
  });
});
