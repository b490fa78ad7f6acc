import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a list of sessions", () => {
  test("tells of each how long it is, when it was, and what was said last", async () => {
    const { conversation } = server.clientOf("summary");
    const said = "Dobranoc! 🌙".repeat(100);
    const add = (role: "user" | "assistant" | "tool", content: string, createdAt: string) =>
      conversation.append.mutate({ sessionId: "wieczór", role, content, createdAt });
    await add("assistant", said, "2024-05-07T21:05:00Z");
    await add("user", "Światło w sypialni zgaś", "2024-05-07T21:00:00Z");
    await add("tool", "{}", "2024-05-07T21:04:00Z");
    const { items, nextCursor } = await conversation.sessions.query();
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        sessionId: "wieczór",
        messages: 3,
        startedAt: new Date("2024-05-07T21:00:00Z"),
        lastMessageAt: new Date("2024-05-07T21:05:00Z"),
        lastMessage: { id: expect.any(String), role: "assistant", preview: [...said].slice(0, 200).join("") },
      },
    ]);
  });

  test("comes page by page, the one used last first, each once", async () => {
    const { conversation } = server.clientOf("pages");
    const names = Array.from({ length: 23 }, (_, number) => `${"ź_".repeat(120)}${number}`);
    for (const [number, sessionId] of names.entries()) {
      // Several at the same time: the order between them has to be stable all the same.
      const createdAt = new Date(Date.UTC(2024, 0, 1 + Math.floor(number / 4)));
      await conversation.append.mutate({ sessionId, role: "user", content: "hello", createdAt });
    }
    await conversation.append.mutate({ sessionId: names[3] ?? "", role: "user", content: "again" });
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await conversation.sessions.query({ limit: 5, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ sessionId }) => sessionId));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen[0]).toBe(names[3]);
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  test("can be narrowed to a time", async () => {
    const { conversation } = server.clientOf("narrow");
    for (const month of ["01", "02", "03"]) {
      const createdAt = `2024-${month}-10T00:00:00Z`;
      await conversation.append.mutate({ sessionId: month, role: "user", content: "hello", createdAt });
    }
    const names = async (input: { createdAfter?: string; createdBefore?: string }) =>
      (await conversation.sessions.query(input)).items.map(({ sessionId }) => sessionId);
    expect(await names({ createdAfter: "2024-02-10T00:00:00Z" })).toEqual(["03", "02"]);
    expect(await names({ createdBefore: "2024-02-10T00:00:00Z" })).toEqual(["01"]);
    expect(await names({ createdAfter: "2024-01-11", createdBefore: "2024-03-01" })).toEqual(["02"]);
  });

  test("agrees with the messages when sixteen gateways talk at once", async () => {
    const { conversation } = server.clientOf("crowd");
    const talk = Array.from({ length: 16 }, async (_, gateway) => {
      for (let number = 0; number < 6; number += 1) {
        await conversation.append.mutate({
          sessionId: `s${number % 3}`,
          role: "user",
          content: `${gateway} ${number}`,
        });
      }
    });
    await Promise.all(talk);
    const { items } = await conversation.sessions.query();
    expect(items.map(({ sessionId, messages }) => [sessionId, messages]).sort()).toEqual([
      ["s0", 32],
      ["s1", 32],
      ["s2", 32],
    ]);
    for (const { sessionId, startedAt, lastMessageAt, lastMessage } of items) {
      const { items: lines } = await conversation.history.query({ sessionId, limit: 200 });
      expect([startedAt, lastMessageAt, lastMessage.id]).toEqual([
        lines[0]?.createdAt,
        lines.at(-1)?.createdAt,
        lines.at(-1)?.id,
      ]);
    }
  });

  test("holds one's own sessions alone, and a cursor of another call is refused", async () => {
    const [ann, bob] = [server.clientOf("ann"), server.clientOf("bob")];
    await ann.conversation.append.mutate({ sessionId: "shared name", role: "user", content: "Ann's" });
    await bob.conversation.append.mutate({ sessionId: "shared name", role: "user", content: "Bob's" });
    const { items } = await bob.conversation.sessions.query();
    expect(items.map(({ messages, lastMessage }) => [messages, lastMessage.preview])).toEqual([[1, "Bob's"]]);
    expect((await server.clientOf("nobody").conversation.sessions.query()).items).toEqual([]);
    const refused = await ann.conversation.sessions.query({ cursor: "strange" }).catch(errorReason);
    expect(refused).toBe("INVALID_INPUT");
  });
});
