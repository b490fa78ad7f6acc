import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// REST as any HTTP client speaks it: addresses, query strings and plain JSON.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  error: { message: string; code: number; data: Record<string, unknown> };
}

async function read(response: Response): Promise<Answer> {
  const body = (await response.json()) as Answer["body"];
  return { status: response.status, headers: response.headers, body, error: body["error"] as Answer["error"] };
}

const get = async (address: string, headers: Record<string, string> = {}) =>
  read(await fetch(`${server.url}${address}`, { headers }));
const post = async (address: string, body: unknown, headers?: Record<string, string>) =>
  read(await server.post(address, body, headers));

describe("a call", () => {
  test("takes plain JSON and answers plain JSON with ISO 8601 times", async () => {
    const added = await post("/memory/add", { content: "The boiler is serviced in May", validFrom: "2026-05-01" });
    expect(added.status).toBe(200);
    expect(added.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(added.body).toMatchObject({ duplicate: false, validFrom: "2026-05-01T00:00:00.000Z" });
    const found = await get("/memory/search?query=boiler&limit=1");
    expect(found.status).toBe(200);
    expect(found.body["hits"]).toMatchObject([{ id: added.body["id"], createdAt: added.body["createdAt"] }]);
  });

  test("that reads is a GET, or a POST whose input stays out of the address, with the same answer", async () => {
    await post("/memory/add", { content: "The attic ladder squeaks" });
    const byAddress = await get("/memory/search?query=attic%20ladder&limit=3&mode=keyword");
    const byBody = await post("/memory/search", { query: "attic ladder", limit: 3, mode: "keyword" });
    // The score falls with the moments between the two.
    for (const { body } of [byAddress, byBody]) {
      expect(body["hits"]).toMatchObject([{ content: "The attic ladder squeaks", score: expect.closeTo(1.02, 3) }]);
    }
    const head = await fetch(`${server.url}/memory/stats`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("without input needs neither body nor type", async () => {
    for (const headers of [{}, { "content-type": "application/json" }]) {
      const answer = await read(await fetch(`${server.url}/memory/stats`, { method: "POST", headers }));
      expect([answer.status, answer.body["forgotten"]]).toEqual([200, 0]);
    }
  });

  test("acts for the user of the header, default when there is none", async () => {
    await post("/memory/add", { content: "Ann's" }, { "x-keepsake-user": "ann" });
    const count = async (headers?: Record<string, string>) => (await get("/memory/stats", headers)).body["memories"];
    expect(await count({ "x-keepsake-user": "ann" })).toBe(1);
    expect(await count()).toBe(await count({ "x-keepsake-user": "default" }));
    const refused = await get("/memory/stats", { "x-keepsake-user": "a b" });
    expect([refused.status, refused.error.message]).toEqual([400, expect.stringContaining("x-keepsake-user")]);
  });

  test("by a method that its procedure does not have is 405 and told the ones there are", async () => {
    for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
      const answer = await read(await fetch(`${server.url}/memory/add`, { method }));
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
      expect(answer.error.data).toMatchObject({ reason: "INVALID_INPUT", path: "memory.add" });
    }
    const options = await fetch(`${server.url}/memory/search`, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
  });

  test("to an address that is none is 404 in the usual form", async () => {
    for (const address of ["/memory/nope", "/memory", "/memory/add/", "/Memory/add", "/memory/constructor", "/x/y"]) {
      const answer = await post(address, {});
      expect([answer.status, answer.error.data["reason"]]).toEqual([404, "PROCEDURE_NOT_FOUND"]);
    }
  });

  test("that fails says so as tRPC does", async () => {
    const id = "019a0000-0000-7000-8000-000000000000";
    const answer = await get(`/memory/get?id=${id}`);
    const trpc = await (await server.post("/trpc/memory.get", { json: { id } })).json();
    expect(answer.status).toBe(404);
    const { json } = (trpc as { error: { json: Answer["error"] } }).error;
    expect(answer.error).toEqual({ ...json, data: { ...json.data, requestId: answer.error.data["requestId"] } });
    expect(answer.error.data["requestId"]).toBe(answer.headers.get("x-request-id"));
  });

  test("sent again with its key happens once and answers the same", async () => {
    const input = { content: "The bins go out on Monday", idempotency_key: "bins-1" };
    const answers = await Promise.all(Array.from({ length: 16 }, () => post("/memory/add", input)));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
  });
});

describe("a query string", () => {
  test("is read by the schema: numbers, flags, lists and dates", async () => {
    await post("/memory/add", { content: "Tagged twice", tags: ["one", "two"] });
    await post("/memory/add", { content: "Tagged once", tags: ["one"] });
    const listed = async (search: string) => {
      const { status, body } = await get(`/memory/list?${search}`);
      return [status, (body["items"] as { content: string }[]).map(({ content }) => content)];
    };
    expect(await listed("tags=one&limit=2")).toEqual([200, ["Tagged once", "Tagged twice"]]);
    expect(await listed("tags=one&tags=two")).toEqual([200, ["Tagged twice"]]);
    expect(await listed("tags=one&createdAfter=2999-01-01")).toEqual([200, []]);
    expect(await listed("tags=one&created_before=2999-01-01T00:00:00%2B01:00&limit=1")).toEqual([200, ["Tagged once"]]);
    expect(await listed("tags=one&forgotten=true")).toEqual([200, []]);
    expect(await listed("tags=one&forgotten=false&limit=1")).toEqual([200, ["Tagged once"]]);
  });

  test("holds text as text, whatever it looks like, and + for a space", async () => {
    await post("/memory/add", { content: "Chapter 12 is true: 50% + Łódź" });
    for (const query of ["12", "true", "Chapter+12", "%C5%81%C3%B3d%C5%BA", "50%25"]) {
      const { status, body } = await get(`/memory/search?query=${query}&limit=1&tags=`);
      expect(status).toBe(400); // the tag is empty
      expect(body["error"]).toMatchObject({ data: { issues: [{ path: "tags.0" }] } });
      expect((await get(`/memory/search?query=${query}&limit=1`)).body["hits"]).toHaveLength(1);
    }
  });

  test.each([
    ["limit=seven", "limit", "must be a number"],
    ["limit=", "limit", "must be a number"],
    ["limit=0x10", "limit", "must be a number"],
    ["limit=1.5", "limit", "must be a whole number"],
    ["limit=1000", "limit", "must be at most 200"],
    ["limit=1&limit=2", "limit", "is given more than once"],
    ["limit=1e400", "limit", "must be of type number"],
    ["forgotten=1", "forgotten", "must be true or false"],
    ["forgotten=TRUE", "forgotten", "must be true or false"],
    ["createdAfter=yesterday", "createdAfter", "ISO 8601"],
    ["createdAfter=2026-01-01&created_after=2026-01-01", "createdAfter", "created_after"],
    ["colour=red", "colour", "is not a field of this call"],
    ["tags.0=x", "tags.0", "is not a field of this call"],
    ["__proto__=x", "__proto__", "is not a field of this call"],
    ["constructor.prototype=x", "constructor.prototype", "is not a field of this call"],
    ["tags=a%00b", "tags.0", "NUL"],
  ])("of %s is refused with the field and the fix", async (search, path, message) => {
    const { status, error } = await get(`/memory/list?${search}`);
    expect(status).toBe(400);
    expect(error.data).toMatchObject({ reason: "INVALID_INPUT", path: "memory.list" });
    const issues = error.data["issues"] as { path: string; message: string }[];
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.message).toContain(message);
    expect(error.message).toContain(path);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test.each(["query=%ff", "query=%E0%A4%A", "query=%"])("of broken text (%s) is refused", async (search) => {
    const { status, error } = await get(`/memory/search?${search}`);
    expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
  });

  test("is not where a POST's input stands, nor a body where a GET's does", async () => {
    const posted = await post("/memory/list?limit=1", {});
    expect([posted.status, posted.error.message]).toEqual([400, expect.stringContaining("JSON body")]);
    const headers = { "content-type": "application/json", "content-length": "11" };
    expect(await statusOfGet("/memory/list", headers, '{"limit":1}')).toBe(400);
  });
});

/** A GET with what `fetch` does not let its caller send. */
function statusOfGet(path: string, headers: Record<string, string>, body = ""): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${path}`, { method: "GET", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject).end(body);
  });
}

describe("a JSON body", () => {
  test.each([
    [{ content: 5 }, "content", "must be of type string"],
    [{ content: "x", importance: "0.5" }, "importance", "must be of type number"],
    [{ content: "x", wait: "true" }, "wait", "must be of type boolean"],
    [{ content: "x", tags: "a" }, "tags", "must be of type array"],
    [{ content: "x", colour: "red" }, "colour", "is not a field of this call"],
    [{ json: {}, content: "x" }, "json", "is not a field of this call"],
    [{ content: "x", userId: "ann" }, "userId", "is not a field of this call"],
    [{ content: "x", valid_from: "2026-01-01", validFrom: "2026-01-01" }, "validFrom", "valid_from"],
    [{ content: "x", valid_from: "soon" }, "validFrom", "ISO 8601"],
    [{ content: "a\u0000b" }, "content", "NUL"],
  ])("of %j is refused with the field and the fix", async (body, path, message) => {
    const { status, error } = await post("/memory/add", body);
    expect(status).toBe(400);
    const issues = error.data["issues"] as { path: string; message: string }[];
    expect(issues.find((issue) => issue.path === path)?.message).toContain(message);
    expect(error.message).toContain(path);
  });

  test.each([
    ["no object", "5"],
    ["null", "null"],
    ["a list", '[{"content": "x"}]'],
    ["broken JSON", '{"content": '],
    ["deep brackets", `{"metadata": ${"[".repeat(40)}${"]".repeat(40)}}`],
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ["a poisonous key", '{"content": "x", "metadata": {"__proto__": {"polluted": true}}}'],
  ])("that is %s is refused in the usual form", async (_, body) => {
    const { status, error } = await post("/memory/add", body);
    expect([status, error.data["reason"]]).toEqual([400, "INVALID_INPUT"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("over 1 MiB is 413, of another type 415", async () => {
    const large = await post("/memory/add", { content: "x".repeat(1_100_000) });
    expect([large.status, large.error.data["reason"]]).toEqual([413, "TOO_LARGE"]);
    for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]) {
      const refused = await post("/memory/add", '{"content":"x"}', { "content-type": type });
      expect([refused.status, refused.error.data["reason"]]).toEqual([415, "UNSUPPORTED_MEDIA"]);
    }
  });
});

describe("what guards tRPC", () => {
  test("guards REST: foreign pages, foreign names, other contracts", async () => {
    const status = async (headers: Record<string, string>) => (await get("/memory/stats", headers)).status;
    expect(await status({ origin: "http://evil.example" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ origin: server.url })).toBe(200);
    expect(await status({ "x-keepsake-contract": "99" })).toBe(412);
    const loadedBy = (site: string, mode: string, dest: string, path = "/memory/stats") =>
      statusOfGet(path, { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest });
    expect(await loadedBy("cross-site", "no-cors", "image")).toBe(403);
    expect(await loadedBy("same-site", "no-cors", "script")).toBe(403);
    expect(await loadedBy("same-origin", "cors", "empty")).toBe(200);
    // A link leads to pages alone, and no frame of another page holds any.
    expect(await loadedBy("cross-site", "navigate", "document", "/docs")).toBe(200);
    expect(await loadedBy("cross-site", "navigate", "iframe", "/docs")).toBe(403);
    expect(await loadedBy("cross-site", "navigate", "document", "/training/export")).toBe(403);
    expect(await loadedBy("cross-site", "navigate", "iframe")).toBe(403);
    expect(await loadedBy("none", "navigate", "document")).toBe(200);
  });

  test("is not loosened by a REST call: tRPC takes no text for a number after it", async () => {
    expect((await get("/memory/list?limit=7&forgotten=false&tags=x")).status).toBe(200);
    for (const json of [{ limit: "7" }, { forgotten: "false" }, { tags: "x" }, { created_after: "2026-01-01" }]) {
      expect((await server.post("/trpc/memory.list", { json })).status).toBe(400);
    }
  });
});
