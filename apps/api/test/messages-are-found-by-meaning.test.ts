import type { KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

/** More messages than this go through the HNSW index, where there is one. */
const EXACT_ROWS_MAX = 60;

let server: TestServer;
beforeAll(async () => {
  const settings = { exactSearchRowsMax: EXACT_ROWS_MAX, queryEmbeddingTimeoutMs: 300 };
  server = await startTestServer({ embeddings: true, settings });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.ollama.setFault(null));

async function say(client: KeepsakeClient, sessionId: string, lines: readonly string[]): Promise<void> {
  for (const [number, content] of lines.entries()) {
    const role = number % 2 === 0 ? "user" : "assistant";
    await client.conversation.append.mutate({ sessionId, role, content });
  }
}

async function countVectors(userId: string): Promise<number> {
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(
    sql`select count(distinct item_id) as rows from embeddings where user_id = ${userId} and item_type = 'message'`,
  );
  return Number(row?.rows);
}

const untilEmbedded = (userId: string, messages: number) =>
  eventually(`${messages} messages of ${userId} have vectors`, async () => (await countVectors(userId)) === messages);

const contents = (hits: readonly { content: string }[]) => hits.map(({ content }) => content);

describe("a search among messages", () => {
  test("finds by meaning what shares no word with the question", async () => {
    const client = server.clientOf("meaning");
    await say(client, "s", [
      "The bulb above the stove flickers",
      "I have noted it",
      "Her birthday is in March",
      "Noted",
    ]);
    await untilEmbedded("meaning", 4);
    const search = { query: "lampa", mode: "semantic", explain: true } as const;
    const { hits, degraded } = await client.conversation.search.query(search);
    expect(degraded).toEqual([]);
    expect(hits[0]?.content).toBe("The bulb above the stove flickers");
    expect(hits[0]?.explanation?.words).toBeNull();
    expect((await client.conversation.search.query({ query: "lampa", mode: "keyword" })).hits).toEqual([]);
  });

  test("leads in hybrid mode with what words and meaning both find, and its parts multiply to its score", async () => {
    const client = server.clientOf("hybrid");
    await say(client, "a", ["Switch the espresso machine on at six", "At six, then"]);
    await say(client, "b", ["The coffee grinder is loud", "I can mute it"]);
    await say(client, "c", ["Grandfather had a grinder for knives", "How nice"]);
    await untilEmbedded("hybrid", 6);
    const { hits } = await client.conversation.search.query({ query: "coffee grinder", explain: true });
    expect(hits[0]?.content).toBe("The coffee grinder is loud");
    expect(contents(hits)).toContain("Switch the espresso machine on at six");
    for (const { score, explanation } of hits) {
      const { relevance = 0, recency = 0, words, meaning } = explanation ?? {};
      const [byWords, byMeaning] = [words, meaning].map((figures) => {
        const { line = 0, near = 0, wider = 0, talk = 0 } = figures ?? {};
        expect([line, near, wider, talk].toSorted((one, other) => one - other)).toEqual([line, near, wider, talk]);
        return 0.4 * line + 0.2 * near + 0.2 * wider + 0.2 * talk;
      });
      expect(score).toBeCloseTo(relevance * recency, 12);
      expect(relevance).toBeCloseTo(0.5 * (byWords ?? 0) + 0.5 * Math.max(byMeaning ?? 0, 0), 12);
    }
  });

  test("gives k results whenever k exist, to a small user beside a large one, and under filters", async () => {
    const [crowd, few] = [server.clientOf("crowd"), server.clientOf("few")];
    const crowdSays = Array.from(
      { length: 2 * EXACT_ROWS_MAX },
      (_, number) => `The lamp number ${number} is in the hall`,
    );
    await say(crowd, "crowd", crowdSays);
    await say(few, "few", ["My lamp is green", "Nice", "My lamp is new", "Good"]);
    await untilEmbedded("crowd", crowdSays.length);
    await untilEmbedded("few", 4);
    const count = async (client: KeepsakeClient, input: { limit: number; role?: "user"; createdAfter?: Date }) =>
      (await client.conversation.search.query({ query: "lampa", mode: "semantic", ...input })).hits.length;
    expect(await count(few, { limit: 4 })).toBe(4);
    expect(await count(few, { limit: 10, role: "user" })).toBe(2);
    expect(await count(crowd, { limit: 50 })).toBe(50);
    expect(await count(crowd, { limit: 40, role: "user" })).toBe(40);
    const { items } = await crowd.conversation.history.query({ sessionId: "crowd", limit: 200 });
    const createdAfter = items.at(-10)?.createdAt ?? new Date();
    expect(await count(crowd, { limit: 20, createdAfter })).toBe(10);
  });

  test("takes a question without any word by its meaning alone", async () => {
    const client = server.clientOf("wordless");
    await say(client, "s", ["The bulb above the stove flickers", "I see"]);
    await untilEmbedded("wordless", 2);
    const { hits, degraded } = await client.conversation.search.query({ query: "💡?!" });
    expect([hits.length, degraded]).toEqual([2, []]);
  });

  test("finds a long message by any of its pieces", async () => {
    const client = server.clientOf("long");
    const filler = "The meadow is wide and the sky is blue. ".repeat(120);
    await say(client, "s", [
      `${filler}${"The bulb above the stove flickers. ".repeat(50)}${filler}`,
      "The sky is blue",
    ]);
    await untilEmbedded("long", 2);
    const { hits } = await client.conversation.search.query({ query: "lampa", mode: "semantic", limit: 1 });
    expect(hits[0]?.content).toContain("bulb");
  });

  test("gives the model the day, the role and the content, and never what tools and systems say", async () => {
    const client = server.clientOf("form");
    const add = (role: "user" | "tool" | "system", content: string) =>
      client.conversation.append.mutate({ sessionId: "s", role, content, createdAt: "2024-05-07T23:59:59Z" });
    await add("system", "Be kind to the xylophone");
    await add("tool", '{"xylophone": 1}');
    await add("user", "Where is the xylophone?");
    await untilEmbedded("form", 1);
    const given = server.ollama
      .embedInputs()
      .flat()
      .filter((text) => text.includes("xylophone"));
    expect(given).toEqual(["search_document: Tuesday 7 May 2024, user: Where is the xylophone?"]);
    expect(
      (await client.conversation.search.query({ query: "xylophone", role: "tool", mode: "semantic" })).hits,
    ).toEqual([]);
    expect((await client.conversation.search.query({ query: "xylophone", role: "tool" })).hits).toHaveLength(1);
  });
});

describe("while the model is down", () => {
  test("messages are kept at once and found by words, and are found by meaning when it is back", async () => {
    const client = server.clientOf("down");
    server.ollama.setFault({ kind: "status", status: 500 });
    await say(client, "s", ["The bulb above the stove flickers", "Żarówkę wymienię jutro"]);
    const { hits, degraded } = await client.conversation.search.query({ query: "żarówki" });
    expect([contents(hits), degraded]).toEqual([["Żarówkę wymienię jutro"], ["embeddings"]]);
    server.ollama.setFault(null);
    await untilEmbedded("down", 2);
    await eventually("the search goes by meaning again", async () => {
      const again = await client.conversation.search.query({ query: "lampa" });
      return again.degraded.length === 0 && contents(again.hits).includes("The bulb above the stove flickers");
    });
  });

  test("one text that it refuses costs no other message its vector, and is still found by its words", async () => {
    const client = server.clientOf("poison");
    server.ollama.setFault({ kind: "poison", containing: "xyzzy", as: "nan" });
    await say(client, "s", ["first", "second with xyzzy", "third", "fourth"]);
    await untilEmbedded("poison", 3);
    server.ollama.setFault(null);
    const { hits } = await client.conversation.search.query({ query: "xyzzy" });
    expect(contents(hits)).toContain("second with xyzzy");
  });
});
