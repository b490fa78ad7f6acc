import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

/** Users with more vectors than this go through the HNSW index, where there is one. */
const EXACT_ROWS_MAX = 100;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true, settings: { exactSearchRowsMax: EXACT_ROWS_MAX } });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a search by meaning", () => {
  test("finds what shares no word with the question", async () => {
    const client = server.clientOf("meaning");
    await client.memory.add.mutate({ content: "The bulb above the stove flickers", wait: true });
    await client.memory.add.mutate({ content: "Her birthday is in March", wait: true });
    const { hits, degraded } = await client.memory.search.query({ query: "lampa", mode: "semantic" });
    expect(degraded).toEqual([]);
    expect(hits.map(({ content }) => content)[0]).toBe("The bulb above the stove flickers");
    const words = await client.memory.search.query({ query: "lampa", mode: "keyword" });
    expect(words).toEqual({ hits: [], degraded: [] });
  });

  test("in the hybrid mode leads with what both meaning and words find", async () => {
    const client = server.clientOf("hybrid");
    await client.memory.addMany.mutate({
      items: [
        { content: "Switch the espresso machine on at six" },
        { content: "The coffee grinder is loud" },
        { content: "Grandfather had a grinder for knives" },
      ],
      wait: true,
    });
    const { hits } = await client.memory.search.query({ query: "coffee grinder", explain: true });
    expect(hits[0]?.content).toBe("The coffee grinder is loud");
    expect(hits[0]?.explanation).toMatchObject({ keyword: { rank: 1 }, semantic: { rank: 1 } });
    expect(hits.map(({ content }) => content)).toContain("Switch the espresso machine on at six");
    for (const { score, explanation } of hits) {
      const { relevance = 0, recency = 0, importance = 0, feedback = 0, trust = 0 } = explanation ?? {};
      expect(relevance).toBeLessThanOrEqual(1);
      expect(score).toBeCloseTo(relevance * recency * importance * feedback * trust, 12);
    }
  });

  test("gives k results whenever k exist, to a small user beside a large one and to the large one", async () => {
    const crowd = server.clientOf("crowd");
    const few = server.clientOf("few");
    const items = Array.from({ length: 400 }, (_, number) => ({
      content: `Lamp ${number} hangs in room ${number % 37} of house ${number % 11}`,
      tags: number % 40 === 0 ? ["rare"] : [],
    }));
    await crowd.memory.addMany.mutate({ items });
    await few.memory.addMany.mutate({ items: items.slice(0, 12) });
    for (const client of [crowd, few]) {
      await eventually("all have vectors", async () => (await client.memory.stats.query()).embeddings.pending === 0);
    }
    const count = async (client: typeof crowd, more: object) =>
      (await client.memory.search.query({ query: "light", mode: "semantic", ...more })).hits.length;
    expect(await count(few, { limit: 10 })).toBe(10);
    expect(await count(few, { limit: 100 })).toBe(12);
    expect(await count(crowd, { limit: 100 })).toBe(100);
    expect(await count(crowd, { limit: 10, tags: ["rare"] })).toBe(10);
  });

  test("tells a long text by the piece that fits", async () => {
    const client = server.clientOf("pieces");
    const filler = "The annual report speaks of figures, margins and forecasts. ".repeat(60);
    const long = `${filler}\n\nThe puppy sleeps under the stairs.\n\n${filler}`;
    await client.memory.add.mutate({ content: long, wait: true });
    await client.memory.add.mutate({ content: filler, wait: true });
    const { hits } = await client.memory.search.query({ query: "psa", mode: "semantic" });
    expect(hits[0]?.content).toBe(long);
    expect(hits).toHaveLength(2);
  });
});

describe("vectors", () => {
  test("follow a changed content, and never outlive it", async () => {
    const client = server.clientOf("changes");
    const { id, embedding } = await client.memory.add.mutate({ content: "The dog is called Reks", wait: true });
    expect(embedding).toBe("ready");
    const changed = await client.memory.update.mutate({ id, content: "The window faces the garden" });
    expect(changed.embedding).toBe("pending");
    const isReady = async () => (await client.memory.get.query({ id })).embedding === "ready";
    await eventually("the new content has vectors", isReady);
    const similarity = async (query: string) =>
      (await client.memory.search.query({ query, mode: "semantic" })).hits[0]?.score ?? 0;
    expect(await similarity("okno")).toBeGreaterThan(await similarity("puppy"));
  });

  test("are asked for with nomic's prefixes", async () => {
    const inputs = server.ollama.embedInputs().flat();
    expect(inputs).toContain("search_document: Her birthday is in March");
    expect(inputs).toContain("search_query: lampa");
    expect(inputs.every((input) => /^search_(document|query): /.test(input))).toBe(true);
  });

  test("are asked for in batches of at most 64", () => {
    const sizes = server.ollama.embedInputs().map((inputs) => inputs.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
    expect(Math.max(...sizes)).toBeGreaterThan(8);
  });
});
