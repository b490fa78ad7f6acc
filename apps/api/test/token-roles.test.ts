import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";
import { callRest } from "./_rest.ts";
import { tablesWith } from "./_tables-with.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

type Wish = Parameters<TestServer["client"]["system"]["createToken"]["mutate"]>[0];

async function makeToken(wish: Omit<Wish, "label">, user = "default"): Promise<{ id: string; token: string }> {
  const { id, token } = await server.clientOf(user).system.createToken.mutate({ label: "of a test", ...wish });
  if (token === null) throw new Error("a new token was not told");
  return { id, token };
}

const call = (path: string, options: Parameters<typeof callRest>[2]) => callRest(server.url, path, options);
const add = (options: { token: string; user?: string; content: string }) =>
  call("/memory/add", { ...options, body: { content: options.content } });
const list = async (options: { token: string; user?: string }) => {
  const { body, status } = await call("/memory/list", options);
  return status === 200 ? (body["items"] as { content: string }[]).map(({ content }) => content) : status;
};

describe("a token of the role user", () => {
  test("speaks for its user alone, whether the call names it or not", async () => {
    const { token } = await makeToken({ role: "user" }, "ola");
    expect((await add({ token, content: "Ola's vase" })).status).toBe(200);
    expect(await list({ token })).toEqual(["Ola's vase"]);
    expect(await list({ token, user: "ola" })).toEqual(["Ola's vase"]);
    for (const user of ["ann", "default", "OLA", "ola."]) {
      expect(await call("/memory/list", { token, user }), user).toMatchObject({ status: 403, reason: "FORBIDDEN" });
      expect((await add({ token, user, content: "smuggled" })).reason, user).toBe("FORBIDDEN");
      expect(await server.clientOf(user).memory.list.query()).toMatchObject({ items: [] });
    }
  });

  test("is not talked into another user by an input, a query or metadata", async () => {
    const { token } = await makeToken({ role: "user" }, "eve");
    const own = { content: "Eve's" };
    for (const field of ["userId", "user_id", "user", "x-keepsake-user"]) {
      const smuggled = await call("/memory/add", { token, body: { ...own, [field]: "ola" } });
      expect(smuggled, field).toMatchObject({ status: 400, reason: "INVALID_INPUT" });
      expect((await call(`/memory/list?${field}=ola`, { token })).status, field).toBe(400);
    }
    const metadata = { userId: "ola", user_id: "ola" };
    const kept = await call("/memory/add", { token, body: { ...own, metadata, idempotencyKey: "ola/1" } });
    expect(kept.status).toBe(200);
    expect(await list({ token })).toEqual(["Eve's"]);
    expect((await server.clientOf("ola").memory.list.query()).items.map(({ content }) => content)).not.toContain(
      "Eve's",
    );
  });
});

describe("a token of the role gateway", () => {
  test("names a user with each call, who comes into being with the first write", async () => {
    const { token } = await makeToken({ role: "gateway" });
    expect(await list({ token, user: "never-seen" })).toEqual([]);
    const known = async () => (await server.client.system.users.query()).items.map(({ userId }) => userId);
    expect(await known()).not.toContain("never-seen");
    expect((await add({ token, user: "never-seen", content: "Hello" })).status).toBe(200);
    expect(await known()).toContain("never-seen");
    expect(await list({ token })).toEqual([]);
  });

  test("with a list names those users and nobody else", async () => {
    const { token } = await makeToken({ role: "gateway", onlyUsers: ["kim", "lea"] });
    expect((await add({ token, user: "kim", content: "Kim's" })).status).toBe(200);
    expect(await list({ token, user: "lea" })).toEqual([]);
    for (const user of ["ola", undefined]) {
      expect(await call("/memory/list", { token, ...(user && { user }) })).toMatchObject({ status: 403 });
    }
  });

  test("an unknown speaker is a user of its own, and sees nothing of anybody", async () => {
    const { token } = await makeToken({ role: "gateway" });
    await add({ token, user: "ola", content: "The safe is behind the picture" });
    const options = { token, user: "unknown" };
    const found = await call("/memory/search?query=safe%20picture", options);
    expect(found.body).toMatchObject({ hits: [] });
    const turn = { sessionId: "hall", text: "Where is the safe?" };
    const { body } = await call("/conversation/begin", { ...options, body: turn });
    expect(JSON.stringify(body)).not.toContain("picture");
    expect(body).toMatchObject({ cached: null, context: { memories: [], earlier: [], tail: [] } });
    expect((await call("/conversation/sessions", { token, user: "ola" })).body).toMatchObject({ items: [] });
  });

  test("may not touch the server", async () => {
    const { token, id } = await makeToken({ role: "gateway" });
    const tries: [path: string, body?: object][] = [
      ["/system/users"],
      ["/system/tokens"],
      ["/system/audit"],
      ["/system/audit?ofServer=true"],
      ["/system/spaces"],
      ["/system/jobs"],
      ["/system/createToken", { label: "x", role: "admin" }],
      ["/system/revokeToken", { id }],
      ["/system/rotateToken", { id }],
      ["/system/eraseUser", { confirm: "default" }],
    ];
    for (const [path, body] of tries) {
      const answer = await call(path, { token, ...(body && { body }) });
      expect(answer, path).toMatchObject({ status: 403, reason: "FORBIDDEN" });
    }
    expect((await call("/system/status", { token })).status).toBe(200);
  });
});

describe("scopes", () => {
  const CALLS = {
    read: ["/memory/stats", undefined],
    write: ["/memory/add", { content: "Scoped" }],
    export: ["/training/export", {}],
    forget: ["/conversation/deleteSession", { sessionId: "none" }],
  } as const;

  test.each(Object.keys(CALLS) as (keyof typeof CALLS)[])("%s lets do what it says and nothing else", async (scope) => {
    const { token } = await makeToken({ role: "gateway", scopes: [scope] });
    for (const [needed, [path, body]] of Object.entries(CALLS)) {
      const request = { method: body ? "POST" : "GET", ...(body && { body: JSON.stringify(body) }) };
      const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) };
      const answer = await fetch(`${server.url}${path}`, { ...request, headers });
      expect(answer.status, `${needed} with ${scope}`).toBe(needed === scope ? 200 : 403);
      await answer.text();
    }
  });

  test("a turn tells what it knows: it needs read besides write", async () => {
    const { token } = await makeToken({ role: "gateway", scopes: ["write"] });
    const body = { sessionId: "s", text: "Hello" };
    expect(await call("/conversation/begin", { token, body })).toMatchObject({ status: 403, reason: "FORBIDDEN" });
  });

  test("what answers with what is stored needs read besides write", async () => {
    const { token } = await makeToken({ role: "gateway", scopes: ["write"] });
    const id = "01a20866-0000-7000-8000-000000000000";
    await server.client.preferences.set.mutate({ key: "user.address", value: { street: "Long Lane" } });
    const tries: [string, object][] = [
      ["/preferences/set", { key: "user.address", value: {}, mode: "merge" }],
      ["/preferences/set", { key: "user.address", value: 0, origin: "learned", confidence: 0 }],
      ["/memory/update", { id, tags: [] }],
      ["/memory/restore", { id }],
      ["/training/update", { id, qualityScore: 1 }],
    ];
    for (const [path, body] of tries)
      expect(await call(path, { token, body }), path).toMatchObject({ status: 403, reason: "FORBIDDEN" });
  });

  test("no token gives more than it has", async () => {
    const { token, id } = await makeToken({ role: "admin", scopes: ["read"] });
    const create = (body: object) => call("/system/createToken", { token, body: { label: "more", ...body } });
    expect(await create({ role: "user", scopes: ["read", "write"] })).toMatchObject({ status: 403 });
    expect((await create({ role: "gateway" })).body).toMatchObject({ scopes: ["read"], createdBy: id });
    const { id: wide } = await makeToken({ role: "gateway" });
    expect(await call("/system/rotateToken", { token, body: { id: wide } })).toMatchObject({ status: 403 });
    expect((await call("/memory/add", { token, body: { content: "x" } })).status).toBe(403);
  });
});

describe("a token", () => {
  test("is told once: no table holds its secret, and neither do lists, audit and answers to retries", async () => {
    const { system } = server.client;
    const wish = { label: "told once", role: "gateway" as const, idempotencyKey: "told-once" };
    const first = await system.createToken.mutate(wish);
    const again = await system.createToken.mutate(wish);
    expect({ ...again, token: first.token }).toEqual(first);
    expect(again.token).toBeNull();
    const secret = first.token?.slice(-43) ?? "";
    expect(secret).toHaveLength(43);
    const told = [
      await system.tokens.query(),
      await system.audit.query({ ofServer: true }),
      await system.audit.query(),
    ];
    expect(JSON.stringify(told)).not.toContain(secret);
    expect(await tablesWith(server.keepsake.services.db, secret)).toEqual([]);
    expect(await tablesWith(server.keepsake.services.db, "told once")).toEqual(["api_tokens", "audit_log"]);
  });

  test("ends at its time", async () => {
    const { token, id } = await makeToken({ role: "gateway", expiresAt: new Date(Date.now() + 5_000) });
    expect(await list({ token })).toEqual(expect.any(Array));
    await eventually("it has expired", async () => (await list({ token })) === 401);
    const { items } = await server.client.system.tokens.query();
    expect(items.find((item) => item.id === id)).toMatchObject({ state: "expired", revokedAt: null });
    const past = { role: "user" as const, label: "x", expiresAt: new Date(Date.now() - 1_000) };
    expect((await call("/system/createToken", { body: past, token: token })).status).toBe(401);
    await expect(server.client.system.createToken.mutate(past)).rejects.toThrow("expiresAt");
  });

  test("makes none that outlives it, and renews none", async () => {
    const inAnHour = new Date(Date.now() + 3_600_000);
    const { token, id } = await makeToken({ role: "admin", expiresAt: inAnHour });
    const endless = await makeToken({ role: "admin" });
    const make = (expiresAt?: Date) =>
      call("/system/createToken", { token, body: { label: "x", role: "admin", ...(expiresAt && { expiresAt }) } });
    const rotate = (which: string) => call("/system/rotateToken", { token, body: { id: which } });
    expect((await make()).body).toMatchObject({ expiresAt: inAnHour.toISOString() });
    expect((await make(new Date(Date.now() + 60_000))).status).toBe(200);
    const late = await make(new Date(Date.now() + 7_200_000));
    expect(late).toMatchObject({ status: 403, reason: "FORBIDDEN" });
    expect(JSON.stringify(late.body)).toContain(`it ends at ${inAnHour.toISOString()}`);
    expect(await rotate(endless.id)).toMatchObject({ status: 403, reason: "FORBIDDEN" });
    expect(await list({ token: endless.token })).toEqual(expect.any(Array));
    expect((await rotate(id)).body).toMatchObject({ expiresAt: inAnHour.toISOString() });
  });

  test("notes when it was used, beside the call", async () => {
    const { token, id } = await makeToken({ role: "gateway" });
    const usedAt = async () =>
      (await server.client.system.tokens.query()).items.find((item) => item.id === id)?.lastUsedAt ?? null;
    expect(await usedAt()).toBeNull();
    await list({ token });
    await eventually("its use is noted", async () => (await usedAt()) !== null);
    const noted = await usedAt();
    for (let count = 0; count < 5; count += 1) await list({ token });
    expect(await usedAt()).toEqual(noted);
  });

  test("is replaced with the same rights, at once or with time to hand it out", async () => {
    const { system } = server.client;
    const { id, token } = await makeToken({ role: "gateway", onlyUsers: ["kim"], scopes: ["read"] });
    const next = await system.rotateToken.mutate({ id, overlapSeconds: 3_600 });
    expect(next).toMatchObject({ role: "gateway", onlyUsers: ["kim"], scopes: ["read"], state: "valid" });
    for (const each of [token, next.token ?? ""]) expect(await list({ token: each, user: "kim" })).toHaveLength(1);
    const last = await system.rotateToken.mutate({ id: next.id });
    expect(await list({ token: last.token ?? "", user: "kim" })).toHaveLength(1);
    expect(await list({ token: next.token ?? "", user: "kim" })).toBe(401);
    await expect(system.rotateToken.mutate({ id: next.id })).rejects.toThrow("no valid token");
    const { items } = await system.audit.query({ ofServer: true, item: last.id });
    expect(items).toMatchObject([{ procedure: "system.rotateToken", details: { replaces: next.id } }]);
  });

  test("is revoked for good, and again without harm; one that never was is not found", async () => {
    const { system } = server.client;
    const { id, token } = await makeToken({ role: "gateway" });
    const revoked = await system.revokeToken.mutate({ id });
    expect(revoked).toMatchObject({ id, state: "revoked" });
    expect(await list({ token })).toBe(401);
    expect((await system.revokeToken.mutate({ id })).revokedAt).toEqual(revoked.revokedAt);
    await expect(system.revokeToken.mutate({ id: "zzzz9999" })).rejects.toMatchObject({
      data: { reason: "TOKEN_NOT_FOUND", httpStatus: 404 },
    });
  });
});

test("tokens and users are listed page by page, each once", async () => {
  const { system } = server.client;
  const tokens: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await system.tokens.query({ limit: 3, ...(cursor && { cursor }) });
    tokens.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  const { items } = await system.tokens.query({ limit: 200 });
  expect(tokens).toEqual(items.map(({ id }) => id));
  const users: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await system.users.query({ limit: 2, ...(cursor && { cursor }) });
    users.push(...page.items.map(({ userId }) => userId));
    cursor = page.nextCursor;
  }
  expect(users).toEqual([...new Set(users)].sort());
  expect(users).toContain("ola");
  expect(users).not.toContain("$server");
  const ola = (await system.users.query({ limit: 200 })).items.find(({ userId }) => userId === "ola");
  expect(ola).toMatchObject({ memories: 2, erasingSince: null, lastActiveAt: expect.any(Date) });
});
