import type { KeepsakeClient } from "@keepsake/client";
import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Role = "user" | "assistant" | "tool" | "system";

/** Says lines one after the other, a minute apart; user and assistant take turns unless a role is named. */
async function talk(
  client: KeepsakeClient,
  sessionId: string,
  startedAt: string,
  lines: readonly (string | [Role, string])[],
) {
  const startMs = Date.parse(startedAt);
  for (const [number, line] of lines.entries()) {
    const turn: Role = number % 2 === 0 ? "user" : "assistant";
    const [role, content] = typeof line === "string" ? ([turn, line] as const) : line;
    const createdAt = new Date(startMs + number * 60_000);
    await client.conversation.append.mutate({ sessionId, role, content, createdAt });
  }
}

const contents = (messages: readonly { content: string }[]) => messages.map(({ content }) => content);

describe("a search by words", () => {
  test("finds a message with its words, and the lines around it in the order they were said", async () => {
    const client = server.clientOf("lines");
    await talk(client, "s", "2024-05-07T10:00:00Z", [
      "Good morning",
      "Hello Ola",
      "Where is the passport?",
      "In the desk",
      "Thanks",
    ]);
    const found = await client.conversation.search.query({ query: "passports" });
    expect(found.degraded).toEqual(["embeddings"]);
    expect(contents(found.hits)).toEqual(["Where is the passport?"]);
    expect(found.hits[0]).toMatchObject({ sessionId: "s", role: "user", createdAt: new Date("2024-05-07T10:02:00Z") });
    const around = async (lines: number) => {
      const { hits } = await client.conversation.search.query({ query: "passport", around: lines, mode: "keyword" });
      return hits.map(({ before, after }) => [contents(before), contents(after)]);
    };
    expect(await around(0)).toEqual([[[], []]]);
    expect(await around(1)).toEqual([[["Hello Ola"], ["In the desk"]]]);
    expect(await around(5)).toEqual([
      [
        ["Good morning", "Hello Ola"],
        ["In the desk", "Thanks"],
      ],
    ]);
  });

  test("gives no message twice in one answer, neither as a hit and a line nor beside two hits", async () => {
    const client = server.clientOf("once");
    await talk(client, "s", "2024-05-07T10:00:00Z", ["one", "the kettle leaks", "two", "is the kettle old?", "three"]);
    const { hits } = await client.conversation.search.query({ query: "kettle leaks", around: 5, mode: "keyword" });
    const shown = hits.flatMap((hit) => [...contents(hit.before), hit.content, ...contents(hit.after)]);
    expect(shown.toSorted()).toEqual(["is the kettle old?", "one", "the kettle leaks", "three", "two"]);
    expect(contents(hits)).toEqual(["the kettle leaks", "is the kettle old?"]);
    expect(contents(hits[0]?.after ?? [])).toContain("two");
  });

  test("prefers the line whose neighbours and session speak of the same", async () => {
    const client = server.clientOf("neighbours");
    await talk(client, "shopping", "2024-03-01T10:00:00Z", ["Buy milk", "Noted", "And a red coat", "Noted"]);
    await talk(client, "trip", "2024-03-01T12:00:00Z", [
      "Ann flew to Oslo",
      "How nice",
      "She wore a red coat",
      "It is cold in Oslo",
    ]);
    const { hits } = await client.conversation.search.query({ query: "red coat Oslo", mode: "keyword", explain: true });
    expect(hits[0]?.content).toBe("She wore a red coat");
    const other = hits.find(({ content }) => content === "And a red coat");
    const [line, words] = [hits[0]?.explanation?.words?.line, other?.explanation?.words];
    expect(words?.line).toBe(line);
    expect(words).toEqual({ line, near: line, wider: line, talk: line });
    expect(hits[0]?.explanation?.words?.near).toBe(1);
  });

  test("finds what was said in a month or on a weekday, in English and Polish", async () => {
    const client = server.clientOf("days");
    await talk(client, "one", "2024-05-07T10:00:00Z", ["The roof was mended"]);
    await talk(client, "two", "2024-09-13T10:00:00Z", ["The roof leaks again"]);
    const first = async (query: string) =>
      (await client.conversation.search.query({ query, mode: "keyword" })).hits[0]?.content;
    for (const query of [
      "roof in May",
      "what of the roof on Tuesday",
      "roof w maju",
      "roof 7 maja 2024",
      "roof we wtorek",
    ])
      expect(await first(query), query).toBe("The roof was mended");
    for (const query of ["roof September", "roof we wrześniu", "roof w piątek", "roof 13 wrzesnia"])
      expect(await first(query), query).toBe("The roof leaks again");
  });

  test("finds Polish by its words, inflected and without diacritics", async () => {
    const client = server.clientOf("polish");
    await talk(client, "dom", "2024-05-07T10:00:00Z", ["Światło w łazience mruga", "Wymienię żarówkę w sobotę"]);
    for (const query of ["światła", "swiatlo", "LAZIENCE", "mruganie światła"]) {
      const { hits } = await client.conversation.search.query({ query, mode: "keyword" });
      expect(hits[0]?.content, query).toBe("Światło w łazience mruga");
    }
    const { hits } = await client.conversation.search.query({ query: "żarówki", mode: "keyword" });
    expect(hits[0]?.content).toBe("Wymienię żarówkę w sobotę");
  });

  test("takes any text for words: nothing is an operator, nothing an error", async () => {
    const client = server.clientOf("poison");
    await talk(client, "s", "2024-05-07T10:00:00Z", ["The kettle | tea & !milk:*", "Fine"]);
    for (const query of [
      "!kettle",
      "kettle & (",
      "'; drop table conversations; --",
      "the",
      "💡",
      ":*",
      "\\",
      "a".repeat(2_000),
      "kettle ".repeat(280),
    ]) {
      const { degraded } = await client.conversation.search.query({ query, mode: "keyword" });
      expect(degraded, query).toEqual([]);
    }
    expect((await client.conversation.search.query({ query: "!kettle & (", mode: "keyword" })).hits).toHaveLength(1);
    for (const input of [
      { query: " " },
      { query: "x", limit: 0 },
      { query: "x", around: 6 },
      { query: "x", scoreMin: 2 },
    ]) {
      expect(await client.conversation.search.query(input).catch(errorReason), JSON.stringify(input)).toBe(
        "INVALID_INPUT",
      );
    }
    expect((await server.clientOf("nobody").conversation.search.query({ query: "kettle" })).hits).toEqual([]);
  });

  test("a query of nothing but small words finds them all the same", async () => {
    const client = server.clientOf("small");
    await talk(client, "s", "2024-05-07T10:00:00Z", ["Play The Who", "With pleasure"]);
    const { hits } = await client.conversation.search.query({ query: "the who", mode: "keyword" });
    expect(hits[0]?.content).toBe("Play The Who");
  });
});

describe("a search is narrowed", () => {
  test("to a session, a role and a time", async () => {
    const client = server.clientOf("narrow");
    await talk(client, "spring", "2024-04-01T10:00:00Z", ["Is the boat dry?", "The boat is dry"]);
    await talk(client, "autumn", "2024-10-01T10:00:00Z", ["Where is the boat?", "The boat is in the shed"]);
    const find = async (filters: Omit<Parameters<typeof client.conversation.search.query>[0], "query">) =>
      contents((await client.conversation.search.query({ query: "boat", mode: "keyword", ...filters })).hits).sort();
    expect(await find({})).toHaveLength(4);
    expect(await find({ sessionId: "spring" })).toEqual(["Is the boat dry?", "The boat is dry"]);
    expect(await find({ role: "assistant" })).toEqual(["The boat is dry", "The boat is in the shed"]);
    expect(await find({ role: "user", createdAfter: "2024-10-01T10:00:00Z" })).toEqual(["Where is the boat?"]);
    expect(await find({ createdBefore: "2024-04-01T10:01:00Z" })).toEqual(["Is the boat dry?"]);
    expect(await find({ limit: 3 })).toHaveLength(3);
    expect(await find({ sessionId: "winter" })).toEqual([]);
  });

  test("to people and the assistant, unless tools or systems are asked for", async () => {
    const client = server.clientOf("roles");
    await talk(client, "s", "2024-05-07T10:00:00Z", [
      ["system", "You know everything about the boiler"],
      ["user", "How is the boiler?"],
      ["tool", '{"boiler": {"celsius": 61}}'],
      ["assistant", "The boiler is at 61 degrees"],
    ]);
    const find = async (role?: Role) =>
      (await client.conversation.search.query({ query: "boiler", ...(role && { role }) })).hits;
    expect(contents(await find()).sort()).toEqual(["How is the boiler?", "The boiler is at 61 degrees"]);
    expect(contents(await find("system"))).toEqual(["You know everything about the boiler"]);
    const [tool] = await find("tool");
    expect(tool?.content).toBe('{"boiler": {"celsius": 61}}');
    expect([contents(tool?.before ?? []), contents(tool?.after ?? [])]).toEqual([
      ["How is the boiler?"],
      ["The boiler is at 61 degrees"],
    ]);
  });

  test("by a least score, and its parts multiply to it", async () => {
    const client = server.clientOf("scores");
    await talk(client, "s", "2024-05-07T10:00:00Z", ["The green lamp is broken", "Which lamp?"]);
    const { hits } = await client.conversation.search.query({ query: "green lamp", mode: "keyword", explain: true });
    expect(hits).toHaveLength(2);
    for (const { score, explanation } of hits) {
      const { relevance = 0, recency = 0, words, meaning } = explanation ?? {};
      expect(score).toBeCloseTo(relevance * recency, 12);
      const { line = 0, near = 0, wider = 0, talk: whole = 0 } = words ?? {};
      expect(relevance).toBeCloseTo(0.4 * line + 0.2 * near + 0.2 * wider + 0.2 * whole, 12);
      expect(meaning).toBeNull();
    }
    const scoreMin = hits[0]?.score ?? 0;
    const best = await client.conversation.search.query({ query: "green lamp", mode: "keyword", scoreMin });
    expect(contents(best.hits)).toEqual(["The green lamp is broken"]);
    expect(best.hits[0]).not.toHaveProperty("explanation");
  });

  test("to one's own messages, whatever the session is called", async () => {
    const [ann, bob] = [server.clientOf("ann"), server.clientOf("bob")];
    await talk(ann, "shared name", "2024-05-07T10:00:00Z", ["Ann's vase is blue", "I see"]);
    await talk(bob, "shared name", "2024-05-07T10:00:00Z", ["Bob's vase is green", "I see"]);
    const { hits } = await bob.conversation.search.query({ query: "vase", around: 5 });
    expect(contents(hits)).toEqual(["Bob's vase is green"]);
    expect(contents(hits.flatMap(({ before, after }) => [...before, ...after]))).toEqual(["I see"]);
  });
});
