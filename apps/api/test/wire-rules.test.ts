import { request as httpRequest } from "node:http";
import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// What design promises to callers that are not our client: plain HTTP, typed by hand.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  status: number;
  error: { message: string; data: Record<string, unknown> };
  data: Record<string, unknown>;
}

async function read(response: Response): Promise<Answer> {
  const body = (await response.json()) as {
    error?: { json: Answer["error"] };
    result?: { data: { json: Answer["data"] } };
  };
  return {
    status: response.status,
    error: body.error?.json ?? { message: "", data: {} },
    data: body.result?.data.json ?? {},
  };
}

const call = async (path: string, input: unknown, headers?: Record<string, string>) =>
  read(await server.post(`/trpc/${path}`, input, headers));

describe("an input", () => {
  test("without its wrapper is refused with the wrapper named", async () => {
    for (const input of [{ content: "x" }, "x", 5, null, [], {}]) {
      const { status, error } = await call("memory.add", JSON.stringify(input));
      expect(status).toBe(400);
      expect(error.message).toContain('{"json": <input>}');
      expect(error.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "INVALID_INPUT" });
      expect(error.data["requestId"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("with an unknown key is refused with the key named", async () => {
    const { status, error } = await call("memory.add", { json: { content: "x", colour: "red" } });
    expect(status).toBe(400);
    expect(error.message).toContain('"colour"');
    expect(error.data["issues"]).toEqual([{ path: "colour", message: "is not a field of this call" }]);
  });

  const tooLong = "x".repeat(32_769);
  test.each([
    ["content missing", {}, "content", "is missing"],
    ["content empty", { content: " \n " }, "content", "must not be empty"],
    ["content of another type", { content: 5 }, "content", "must be of type string"],
    ["content too long", { content: tooLong }, "content", "must have at most 32768 characters"],
    ["a NUL", { content: "a\u0000b" }, "content", "NUL"],
    ["half a surrogate pair", { content: "a\ud800b" }, "content", "surrogate"],
    ["tags that are no list", { content: "x", tags: "a" }, "tags", "must be of type array"],
    ["a tag too long", { content: "x", tags: ["ok", "y".repeat(65)] }, "tags.1", "at most 64"],
    ["too many tags", { content: "x", tags: Array(33).fill("t") }, "tags", "at most 32"],
    ["importance out of range", { content: "x", importance: 2 }, "importance", "from 0 to 1"],
    ["a language that is none", { content: "x", language: "polski!" }, "language", "language tag"],
    ["a date that is none", { content: "x", validFrom: "next Friday" }, "validFrom", "ISO 8601"],
    ["a date without a zone", { content: "x", validFrom: "2026-01-01T10:00:00" }, "validFrom", "ISO 8601"],
    ["a year out of range", { content: "x", validFrom: "0000-01-01" }, "validFrom", "years"],
    ["metadata that is a list", { content: "x", metadata: [] }, "metadata", "JSON object"],
    ["metadata too deep", { content: "x", metadata: nest(10) }, "metadata.a.a.a.a.a.a.a.a.a", "at most 8 levels"],
    ["metadata too large", { content: "x", metadata: { a: "y".repeat(17_000) } }, "metadata", "16384 bytes"],
    ["a number that is none", { content: "x", metadata: { a: [1, "@1e400"] } }, "metadata.a.1", "would change"],
    ["a number beyond 2^53", { content: "x", metadata: { n: "@9007199254740993" } }, "metadata.n", "would change"],
    ["a strange idempotency key", { content: "x", idempotencyKey: "a b" }, "idempotencyKey", "visible ASCII"],
  ])("with %s is refused with the field and the fix", async (_, json, path, message) => {
    // JavaScript cannot write such numbers: they stand as text after an @.
    const body = JSON.stringify({ json }).replace(/"@([^"]+)"/, "$1");
    const { status, error } = await call("memory.add", body);
    expect(status).toBe(400);
    expect(error.data["reason"]).toBe("INVALID_INPUT");
    const issues = error.data["issues"] as { path: string; message: string }[];
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.message).toContain(message);
    expect(error.message).toContain(path);
  });

  test("with a backslash in a key is refused by every way in, and other keys stay what they are", async () => {
    const json = String.raw`{"content": "Keys", "metadata": {"before": 1, "\\": 2}}`;
    const { status, error } = await call("memory.add", `{"json": ${json}}`);
    expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
    expect(error.message).toContain("must not contain a backslash");
    expect((await server.post("/memory/add", JSON.parse(json))).status).toBe(400);
    const query = new URLSearchParams({ json: "1", input: json });
    expect((await fetch(`${server.url}/trpc/memory.list?${query}`)).status).toBe(400);
    const metadata = { before: 1, "\n": 2, '"': 3, "a/b": 4 };
    const added = await server.client.memory.add.mutate({ content: "Other keys", metadata });
    expect((await server.client.memory.get.query({ id: added.id })).metadata).toEqual(metadata);
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "with the key %s anywhere is refused, and pollutes nothing",
    async (key) => {
      const body = `{"json": {"content": "x", "metadata": {"a": {"${key}": {"polluted": true}}}}}`;
      const { status, error } = await call("memory.add", body);
      expect(status).toBe(400);
      expect(error.message).toContain(key);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    },
  );

  test.each([
    ["broken JSON", '{"json": '],
    ["brackets without end", `{"json": ${"[".repeat(100_000)}`],
    ["deep brackets", `{"json": ${"[".repeat(40)}${"]".repeat(40)}}`],
    ["a meta that does not fit", '{"json": {"content": "x"}, "meta": {"values": {"content": ["bigint"]}}}'],
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ])("of %s is refused in the usual form", async (_, body) => {
    const { status, error } = await call("memory.add", body);
    expect(status).toBe(400);
    expect(error.data["reason"]).toBe("INVALID_INPUT");
    expect(JSON.stringify(error)).not.toMatch(/at .*\.ts|node_modules/);
  });

  test.each([
    ["an expression", "regexp", "/(a+)+$/"],
    ["an Error", "Error", { name: "Error", message: "x" }],
    ["a Map", "map", [["a", 1]]],
    ["a Set", "set", [1, 1]],
    ["a bigint", "bigint", "1"],
    ["a URL", "URL", "http://evil.example"],
    ["a symbol", ["symbol", "x"], "x"],
    ["a class", ["class", "Services"], {}],
    ["a type of its own", ["custom", "x"], "x"],
    ["a typed array of gigabytes", ["typed-array", "Float64Array"], 2_000_000_000],
    ["no type at all", null, "x"],
  ])("whose meta makes %s of a value is refused with the field", async (_, type, value) => {
    const before = process.memoryUsage().arrayBuffers;
    for (const [field, at] of [
      [{ content: "x", metadata: { a: { b: value } } }, "metadata.a.b"],
      [{ content: value }, "content"],
    ] as const) {
      const meta = { values: { [at]: type === null ? null : [type] } };
      const { status, error } = await call("memory.add", { json: field, meta });
      expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
      expect(error.data["issues"]).toMatchObject([{ path: at }]);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  });

  test("with 100,000 unknown keys, or one of a megabyte, gets a short answer", async () => {
    const many = Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`k${at}`, 1]));
    for (const json of [many, { ["k".repeat(1_000_000)]: 1 }]) {
      const response = await server.post("/trpc/memory.add", { json });
      expect(response.status).toBe(400);
      expect((await response.text()).length).toBeLessThan(10_000);
    }
    const body = `{"json":{"metadata":{"${"k".repeat(1_000_000)}":{"__proto__":1}}}}`;
    const response = await server.post("/trpc/memory.add", body);
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(10_000);
  });

  test("whose meta multiplies its values is refused at once, one that shares values is not", async () => {
    const levels = Array.from({ length: 28 }, (_, level) => `metadata${".a".repeat(level)}`);
    const metadata = levels.reduce<object>((inner) => ({ a: inner, b: null }), {});
    const referentialEqualities = Object.fromEntries(levels.slice(1).map((at) => [at, [at.replace(/a$/, "b")]]));
    const bomb = { json: { content: "x", metadata }, meta: { referentialEqualities } };
    const { status, error } = await call("memory.add", bomb);
    expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
    expect(error.message).toContain('"meta"');

    const shared = { hours: [1, 2] };
    const { client } = server;
    const stored = await client.memory.add.mutate({ content: "shared", metadata: { on: shared, off: shared } });
    expect(stored.metadata).toEqual({ on: { hours: [1, 2] }, off: { hours: [1, 2] } });
    const endless: { self?: never } = {};
    Object.assign(endless, { self: endless });
    const failed = client.memory.add.mutate({ content: "endless", metadata: endless });
    expect(await failed.then(() => null, errorReason)).toBe("INVALID_INPUT");
  });

  test("over 1 MiB is refused with the way out", async () => {
    const { status, error } = await call("memory.add", { json: { content: "x".repeat(1_100_000) } });
    expect(status).toBe(413);
    expect(error.data["reason"]).toBe("TOO_LARGE");
    expect(error.message).toContain("split");
  });

  test("takes superjson dates and ISO text alike, and answers with superjson dates", async () => {
    const iso = await call("memory.add", { json: { content: "iso", validFrom: "2026-03-01T10:00:00+01:00" } });
    const meta = { values: { validFrom: ["Date"] } };
    const superjson = await call("memory.add", {
      json: { content: "sj", validFrom: "2026-03-01T09:00:00.000Z" },
      meta,
    });
    expect([iso.data["validFrom"], superjson.data["validFrom"]]).toEqual(Array(2).fill("2026-03-01T09:00:00.000Z"));
  });
});

function nest(levels: number): object {
  return levels === 0 ? {} : { a: nest(levels - 1) };
}

describe("a procedure", () => {
  test("that reads is called by GET or POST, one that writes by POST alone", async () => {
    const input = encodeURIComponent('{"json":{"query":"lamp"}}');
    expect((await fetch(`${server.url}/trpc/memory.search?input=${input}`)).status).toBe(200);
    expect((await server.post("/trpc/memory.search", { json: { query: "lamp" } })).status).toBe(200);
    const write = await fetch(`${server.url}/trpc/memory.add?input=${encodeURIComponent('{"json":{"content":"x"}}')}`);
    expect(write.status).toBe(405);
    expect((await read(write)).error.data["reason"]).toBe("INVALID_INPUT");
  });

  test("that does not exist is 404 in the usual form, and so is any other address", async () => {
    const { status, error } = await call("memory.nope", { json: {} });
    expect([status, error.data["reason"]]).toEqual([404, "PROCEDURE_NOT_FOUND"]);
    const elsewhere = await fetch(`${server.url}/nowhere`);
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toMatchObject({ error: { data: { reason: "PROCEDURE_NOT_FOUND" } } });
    expect((await fetch(`${server.url}/%`)).status).toBe(400);
  });

  test("without required input needs no body", async () => {
    const stats = await fetch(`${server.url}/trpc/memory.stats`, { method: "POST" });
    expect(stats.status).toBe(200);
    expect((await fetch(`${server.url}/trpc/system.status`)).status).toBe(200);
  });

  test("is not hidden in a name: commas that are encoded twice are no batch", async () => {
    const path = Array(3).fill("memory.stats").join("%252C");
    const response = await server.post(`/trpc/${path}?batch=1`, {});
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("PROCEDURE_NOT_FOUND")]);
  });

  test.each([{ "trpc-accept": "application/jsonl" }, { accept: "application/jsonl" }])(
    "is answered as a whole, whatever streaming %j asks for",
    async (headers) => {
      const none = "01a20866-0000-7000-8000-000000000000";
      const batch = { 0: { json: { id: none } }, 1: { json: { id: none } } };
      const response = await server.post("/trpc/memory.get,memory.get?batch=1", batch, headers);
      expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/json"]);
      expect(await response.json()).toHaveLength(2);
    },
  );

  test("by GET is refused when its input is not percent-encoded UTF-8", async () => {
    const response = await fetch(`${server.url}/trpc/memory.search?input={"json":{"query":"%FF"}}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("percent-encoded")]);
  });

  test("is called in batches of at most 20", async () => {
    const batch = (count: number) => server.post(`/trpc/${Array(count).fill("memory.stats").join(",")}?batch=1`, {});
    const answers = await batch(20);
    expect(answers.status).toBe(200);
    expect(await answers.json()).toHaveLength(20);
    const tooMany = await batch(21);
    expect(tooMany.status).toBe(400);
    expect((await fetch(`${server.url}/trpc/${",".repeat(3_000)}?batch=1`)).status).toBe(400);
  });
});

describe("a list", () => {
  test.each([{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { limit: "7" }, { cursor: "strange" }])(
    "with %j is refused with the field named",
    async (json) => {
      const { status, error } = await call("memory.list", { json });
      expect(status).toBe(400);
      expect(error.message).toContain(Object.keys(json)[0]);
    },
  );
});

describe("the user header", () => {
  test("names whose memory it is, default when absent", async () => {
    await call("memory.add", { json: { content: "of ann" } }, { "x-keepsake-user": "ann@home:1" });
    const count = async (headers?: Record<string, string>) =>
      (await call("memory.stats", { json: {} }, headers)).data["memories"];
    expect(await count({ "x-keepsake-user": "ann@home:1" })).toBe(1);
    const before = await count();
    await call("memory.add", { json: { content: "of nobody named" } });
    expect(await count()).toBe(Number(before) + 1);
    expect(await count({ "x-keepsake-user": "default" })).toBe(await count());
  });

  test.each(["", "a b", "ö", "x".repeat(129), "a/b", "a,b"])("of %j is refused", async (userId) => {
    const { status, error } = await call("memory.stats", { json: {} }, { "x-keepsake-user": encodeURI(userId) });
    expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
    expect(error.message).toContain("x-keepsake-user");
  });

  test("is the only way to name a user", async () => {
    const { status, error } = await call("memory.add", { json: { content: "x", userId: "ann" } });
    expect(status).toBe(400);
    expect(error.message).toContain("userId");
  });
});

describe("a request", () => {
  test.each([
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
  ])("with a body of %s is refused", async (type) => {
    const { status, error } = await call("memory.add", '{"json":{"content":"x"}}', { "content-type": type });
    expect([status, error.data["reason"]]).toEqual([415, "UNSUPPORTED_MEDIA"]);
  });

  test("from a page of another origin is refused, one from the same origin is not", async () => {
    const evil = await call("memory.stats", { json: {} }, { origin: "http://evil.example" });
    expect([evil.status, evil.error.data["reason"]]).toEqual([403, "FORBIDDEN"]);
    expect((await call("memory.stats", { json: {} }, { origin: "null" })).status).toBe(403);
    expect((await call("memory.stats", { json: {} }, { origin: server.url })).status).toBe(200);
  });

  test("to a foreign host name is refused (DNS rebinding)", async () => {
    expect(await statusWithHost("evil.example")).toBe(403);
    expect(await statusWithHost("localhost:8080")).toBe(200);
  });

  test("from a client of another contract version is refused with what to install", async () => {
    const { status, error } = await call("memory.stats", { json: {} }, { "x-keepsake-contract": "99" });
    expect([status, error.data["reason"]]).toEqual([412, "CLIENT_INCOMPATIBLE"]);
    expect(error.message).toContain("install the client");
  });
});

/** `fetch` sets the Host header by itself. */
function statusWithHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/trpc/memory.stats`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject).end();
  });
}

describe("pages", () => {
  test("tell health, readiness and what this is", async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok", version: "0.1.0" });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({
      ready: true,
      database: { ok: true, reason: null },
      embeddings: { state: "off", ok: true },
    });
    const landing = await fetch(`${server.url}/`);
    expect(landing.headers.get("content-type")).toContain("text/html");
    expect(await landing.text()).toContain("memory of a private assistant");
  });
});
