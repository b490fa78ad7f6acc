import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);

describe("a memory", () => {
  test("comes back as it was given, with real dates", async () => {
    const client = server.clientOf("keeps");
    const given = {
      content: "  Zażółć gęślą jaźń — „cytat”, 21.5 °C, 👩‍🚒, \u202Eright to left\u202C\n",
      tags: ["test", "żółw"],
      source: "chat",
      kind: "event",
      importance: 0.75,
      language: "pl",
      validFrom: new Date("2024-02-29T12:00:00Z"),
      expiresAt: "2999-01-01T00:00:00+02:00",
      metadata: { room: "kuchnia", nested: { list: [1, 2.5, null, true, "x"] } },
    };
    const { duplicate, ...added } = await client.memory.add.mutate(given);
    expect(duplicate).toBe(false);
    expect(added).toMatchObject({ ...given, expiresAt: new Date(given.expiresAt), version: 1, embedding: "off" });
    expect(await client.memory.get.query({ id: added.id })).toEqual(added);
  });

  test("with the same content is the same memory, its tags united in order", async () => {
    const client = server.clientOf("duplicates");
    const first = await client.memory.add.mutate({
      content: "The boiler is serviced in May.",
      tags: ["boiler", "yearly"],
    });
    const again = await client.memory.add.mutate({
      content: " The boiler  is serviced\nin May. ",
      tags: ["yearly", "heating"],
    });
    expect(again).toMatchObject({
      id: first.id,
      duplicate: true,
      content: first.content,
      tags: ["boiler", "yearly", "heating"],
    });
    expect((await client.memory.stats.query()).memories).toBe(1);
  });

  test("is added again once it was forgotten or has expired", async () => {
    const client = server.clientOf("again");
    const first = await client.memory.add.mutate({ content: "The cat is called Mruczek." });
    await client.memory.forget.mutate({ id: first.id });
    const second = await client.memory.add.mutate({ content: "The cat is called Mruczek." });
    expect(second).toMatchObject({ duplicate: false });
    expect(second.id).not.toBe(first.id);

    const past = new Date(Date.now() - 1000);
    const expired = await client.memory.add.mutate({ content: "Guests are here today.", expiresAt: past });
    const renewed = await client.memory.add.mutate({ content: "Guests are here today." });
    expect(renewed).toMatchObject({ duplicate: false, expiresAt: null });
    expect(renewed.id).not.toBe(expired.id);
  });

  test("is found no more after forget, and comes back whole with restore", async () => {
    const client = server.clientOf("forgets");
    const added = await client.memory.add.mutate({ content: "Alarm code is under the mat", tags: ["secret"] });
    const forgotten = await client.memory.forget.mutate({ id: added.id });
    expect(forgotten.erasedAfter.getTime() - forgotten.forgottenAt.getTime()).toBe(30 * 86_400_000);
    expect(await client.memory.forget.mutate({ id: added.id })).toEqual(forgotten);
    expect(await reasonOf(client.memory.get.query({ id: added.id }))).toBe("MEMORY_NOT_FOUND");
    expect((await client.memory.search.query({ query: "alarm code" })).hits).toEqual([]);
    expect((await client.memory.list.query({})).items).toEqual([]);
    expect((await client.memory.list.query({ forgotten: true })).items.map(({ id }) => id)).toEqual([added.id]);
    const { duplicate: _, ...whole } = added;
    expect(await client.memory.restore.mutate({ id: added.id })).toEqual(whole);
    expect((await client.memory.search.query({ query: "alarm code" })).hits).toHaveLength(1);
  });

  test("cannot be restored beside a new one that says the same", async () => {
    const client = server.clientOf("restores");
    const first = await client.memory.add.mutate({ content: "Bins go out on Tuesday" });
    await client.memory.forget.mutate({ id: first.id });
    await client.memory.add.mutate({ content: "Bins go out on Tuesday" });
    expect(await reasonOf(client.memory.restore.mutate({ id: first.id }))).toBe("CONTENT_EXISTS");
  });
});

describe("an update", () => {
  test("changes what it names, clears with null, and keeps every version", async () => {
    const client = server.clientOf("updates");
    const { id } = await client.memory.add.mutate({ content: "Ola wakes up at 7:00", source: "chat", tags: ["ola"] });
    const second = await client.memory.update.mutate({ id, content: "Ola wakes up at 6:30", source: null });
    expect(second).toMatchObject({ version: 2, content: "Ola wakes up at 6:30", source: null, tags: ["ola"] });
    await client.memory.update.mutate({ id, tags: ["ola", "morning"] });
    const { items } = await client.memory.history.query({ id });
    expect(items.map(({ version, content, source }) => [version, content, source])).toEqual([
      [3, "Ola wakes up at 6:30", null],
      [2, "Ola wakes up at 6:30", null],
      [1, "Ola wakes up at 7:00", "chat"],
    ]);
    expect(items[0]?.replacedAt).toBeNull();
    expect(items[2]?.validTo).toEqual(second.validFrom);
  });

  test("says from now on what it says, also where the memory was over", async () => {
    const client = server.clientOf("over");
    const { id } = await client.memory.add.mutate({ content: "The gate code is blue" });
    await client.memory.update.mutate({ id, validTo: new Date("2001-01-01T00:00:00Z") });
    expect(await client.memory.update.mutate({ id, content: "The gate code is green" })).toMatchObject({
      validTo: null,
    });
    const { hits } = await client.memory.search.query({ query: "gate code" });
    expect(hits.map(({ content }) => content)).toEqual(["The gate code is green"]);
  });

  test("of what was to be true later leaves a version that was true at no time, and none that ends before it begins", async () => {
    const client = server.clientOf("plans");
    const validFrom = new Date("2999-01-01T00:00:00Z");
    const { id } = await client.memory.add.mutate({ content: "Ola moves to Łódź", validFrom });
    await client.memory.update.mutate({ id, content: "Ola stays in Kraków" });
    const { items } = await client.memory.history.query({ id });
    expect(items[1]).toMatchObject({ validFrom, validTo: validFrom });
  });

  test("of an older version is refused, and the newer value stays", async () => {
    const client = server.clientOf("conflicts");
    const { id } = await client.memory.add.mutate({ content: "The gate code is 1111" });
    await client.memory.update.mutate({ id, content: "The gate code is 2222", expectedVersion: 1 });
    const late = client.memory.update.mutate({ id, content: "The gate code is 3333", expectedVersion: 1 });
    expect(await reasonOf(late)).toBe("VERSION_CONFLICT");
    expect((await client.memory.get.query({ id })).content).toBe("The gate code is 2222");
  });

  test("to what another memory says is refused", async () => {
    const client = server.clientOf("clashes");
    await client.memory.add.mutate({ content: "Tea is in the left cupboard" });
    const { id } = await client.memory.add.mutate({ content: "Tea is in the right cupboard" });
    const clash = client.memory.update.mutate({ id, content: "Tea is in the left cupboard" });
    expect(await reasonOf(clash)).toBe("CONTENT_EXISTS");
    expect((await client.memory.history.query({ id })).items).toHaveLength(1);
  });
});

describe("many memories", () => {
  test("are added in order, the same content among them once", async () => {
    const client = server.clientOf("batch");
    const { results } = await client.memory.addMany.mutate({
      items: [{ content: "one", tags: ["a"] }, { content: "two" }, { content: " one ", tags: ["b"] }],
    });
    expect(results.map(({ content, duplicate }) => [content, duplicate])).toEqual([
      ["one", false],
      ["two", false],
      ["one", true],
    ]);
    expect(results[0]?.tags).toEqual(["a", "b"]);
    expect((await client.memory.stats.query({})).memories).toBe(2);
  });

  test("are added all or none", async () => {
    const client = server.clientOf("none");
    const items = [{ content: "fine" }, { content: "broken \u0000" }];
    expect(await reasonOf(client.memory.addMany.mutate({ items }))).toBe("INVALID_INPUT");
    expect((await client.memory.stats.query({})).memories).toBe(0);
  });

  test("are listed newest first, page by page, each once", async () => {
    const client = server.clientOf("pages");
    const contents = Array.from({ length: 25 }, (_, number) => `Fact number ${number}`);
    for (const content of contents) await client.memory.add.mutate({ content });
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.memory.list.query({ limit: 10, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ content }) => content));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(contents.toReversed());
  });

  test("are filtered by tag, source, kind and time in lists", async () => {
    const client = server.clientOf("filters");
    await client.memory.add.mutate({ content: "a", tags: ["x", "y"], source: "s1", kind: "event" });
    await client.memory.add.mutate({ content: "b", tags: ["x"], source: "s2" });
    const contents = async (filter: Parameters<typeof client.memory.list.query>[0]) =>
      (await client.memory.list.query(filter)).items.map(({ content }) => content);
    expect(await contents({ tags: ["x"] })).toEqual(["b", "a"]);
    expect(await contents({ tags: ["x", "y"] })).toEqual(["a"]);
    expect(await contents({ source: "s2" })).toEqual(["b"]);
    expect(await contents({ kind: "event" })).toEqual(["a"]);
    expect(await contents({ createdBefore: "2020-01-01" })).toEqual([]);
    expect(await contents({ createdAfter: "2020-01-01" })).toEqual(["b", "a"]);
  });
});
