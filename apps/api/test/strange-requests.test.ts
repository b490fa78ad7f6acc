import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { type RawAnswer, sendRaw } from "./_raw-http.ts";

// What is no call of ours, and often no HTTP at all: it is refused in the form that all errors have.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const CLOSE = "host: localhost\r\nconnection: close\r\n";
const POST = `POST /memory/add HTTP/1.1\r\n${CLOSE}content-type: application/json\r\n`;
const POST_TRPC = `POST /trpc/memory.list?batch=1 HTTP/1.1\r\n${CLOSE}content-type: application/json\r\n`;

interface WireError {
  readonly message: string;
  readonly data: { readonly httpStatus: number; readonly reason: string; readonly requestId: string };
}

/** The error of an answer, whichever face gave it and whether or not its body came in chunks. */
function readError({ body }: RawAnswer): WireError {
  const json = body.slice(body.search(/[[{]/), Math.max(body.lastIndexOf("}"), body.lastIndexOf("]")) + 1);
  const parsed = [JSON.parse(json) as unknown].flat()[0] as { error: WireError | { json: WireError } };
  return "json" in parsed.error ? parsed.error.json : parsed.error;
}

const STRANGE: [what: string, request: string, status: number, reason: string][] = [
  ["no HTTP", "NONSENSE\r\n\r\n", 400, "INVALID_INPUT"],
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "INVALID_INPUT"],
  ["HTTP 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "INVALID_INPUT"],
  ["a version that there is not", `GET / HTTP/9.9\r\n${CLOSE}\r\n`, 400, "INVALID_INPUT"],
  ["no Host", "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "INVALID_INPUT"],
  ["a NUL in a header", `GET /healthz HTTP/1.1\r\n${CLOSE}x: a\0b\r\n\r\n`, 400, "INVALID_INPUT"],
  ["two lengths", `${POST}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400, "INVALID_INPUT"],
  [
    "length and chunks",
    `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "INVALID_INPUT",
  ],
  ["a negative length", `${POST}content-length: -5\r\n\r\n{}`, 400, "INVALID_INPUT"],
  ["a broken chunk", `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, 400, "INVALID_INPUT"],
  ["a header of 20 kB", `GET /healthz HTTP/1.1\r\n${CLOSE}x: ${"a".repeat(20_000)}\r\n\r\n`, 431, "TOO_LARGE"],
  ["2,100 headers", `GET /healthz HTTP/1.1\r\n${CLOSE}${"ab: cd\r\n".repeat(2_100)}\r\n`, 431, "TOO_LARGE"],
  ["an address of 9 kB", `GET /memory/list?a=${"a".repeat(9_000)} HTTP/1.1\r\n${CLOSE}\r\n`, 414, "TOO_LARGE"],
  ["14 kB of commas", `GET /trpc/${",".repeat(14_000)}?batch=1 HTTP/1.1\r\n${CLOSE}\r\n`, 414, "TOO_LARGE"],
  ["broken percent-signs", `GET /%zz HTTP/1.1\r\n${CLOSE}\r\n`, 400, "INVALID_INPUT"],
  ["broken percent-signs for tRPC", `GET /trpc/%zz HTTP/1.1\r\n${CLOSE}\r\n`, 400, "INVALID_INPUT"],
  ["an expectation", `${POST}expect: miracles\r\ncontent-length: 2\r\n\r\n{}`, 417, "INVALID_INPUT"],
  ["a packed body", `${POST}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}`, 415, "UNSUPPORTED_MEDIA"],
  ["no address", `OPTIONS * HTTP/1.1\r\n${CLOSE}\r\n`, 404, "PROCEDURE_NOT_FOUND"],
  ["a way out of the folder", `GET /../../etc/passwd HTTP/1.1\r\n${CLOSE}\r\n`, 404, "PROCEDURE_NOT_FOUND"],
  ["a pattern of a router", `GET /:a(x HTTP/1.1\r\n${CLOSE}\r\n`, 404, "PROCEDURE_NOT_FOUND"],
  ["a star in its address", `GET /trpc/*/x HTTP/1.1\r\n${CLOSE}\r\n`, 404, "PROCEDURE_NOT_FOUND"],
  ["a fragment", `GET /memory/list?limit=1#x HTTP/1.1\r\n${CLOSE}\r\n`, 400, "INVALID_INPUT"],
  ["the wish for a proxy", "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n", 400, "INVALID_INPUT"],
  [
    "parameters of a connection",
    `GET /trpc/memory.list?connectionParams=1 HTTP/1.1\r\n${CLOSE}\r\n`,
    400,
    "INVALID_INPUT",
  ],
  [
    "chunks of another coding",
    `${POST}transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    415,
    "UNSUPPORTED_MEDIA",
  ],
  ["no JSON", `${POST}content-length: 1\r\n\r\n{`, 400, "INVALID_INPUT"],
  ["a batch that is a list", `${POST_TRPC}content-length: 2\r\n\r\n[]`, 400, "INVALID_INPUT"],
  ["a batch that is null", `${POST_TRPC}content-length: 4\r\n\r\nnull`, 400, "INVALID_INPUT"],
  [
    "a batch that reads and writes",
    `${POST_TRPC.replace("list", "list,memory.add")}content-length: 2\r\n\r\n{}`,
    400,
    "INVALID_INPUT",
  ],
  [
    "strange parameters",
    `GET /trpc/memory.list?connectionParams=${"[".repeat(2_000)} HTTP/1.1\r\n${CLOSE}\r\n`,
    400,
    "INVALID_INPUT",
  ],
];

test.each(STRANGE)("a request with %s is refused in the form of all errors", async (_, request, status, reason) => {
  const answer = await sendRaw(server.url, Buffer.from(request, "latin1"));
  expect(answer.status).toBe(status);
  const { message, data } = readError(answer);
  expect(data).toMatchObject({ httpStatus: status, reason });
  expect(data.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(message).toMatch(/\.$/);
  expect(answer.headers).toMatchObject(SAFE_HEADERS);
  expect(answer.headers["x-request-id"]).toBe(data.requestId);
  expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(/);
});

test("what follows a good request is not refused in the place of its answer", async () => {
  const body = JSON.stringify({ content: "Sent with garbage behind it" });
  const request = `POST /memory/add HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const { text } = await sendRaw(server.url, `${request}GARBAGE\r\n\r\n`);
  expect(text).not.toContain("400 Bad Request");
});

test("an address in its absolute form has its errors in tRPC's own", async () => {
  const deep = encodeURIComponent("[".repeat(50));
  const { body } = await sendRaw(
    server.url,
    `GET http://localhost/trpc/memory.search?input=${deep} HTTP/1.1\r\n${CLOSE}\r\n`,
  );
  expect(body).toContain('{"error":{"json":');
});

const SAFE_HEADERS = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

describe("every answer", () => {
  test.each(["/", "/healthz", "/readyz", "/docs", "/openapi.json", "/memory/stats", "/trpc/memory.stats", "/nowhere"])(
    "of %s tells browsers to keep it to themselves, and not what the server is made of",
    async (path) => {
      const { headers } = await sendRaw(server.url, `GET ${path} HTTP/1.1\r\n${CLOSE}\r\n`);
      const safe = { ...SAFE_HEADERS, "content-security-policy": expect.stringContaining("default-src 'none'") };
      expect(headers).toMatchObject(safe);
      expect(Object.keys(headers)).not.toContain("server");
      expect(Object.keys(headers)).not.toContain("x-powered-by");
    },
  );

  test("keeps CORS closed: no page of another origin may ask, and none could read", async () => {
    for (const path of ["/trpc/memory.add", "/memory/add", "/healthz", "/nowhere"]) {
      for (const origin of ["http://evil.example", "null", server.url]) {
        const asked = `origin: ${origin}\r\naccess-control-request-method: POST\r\naccess-control-request-headers: x-keepsake-user\r\n`;
        const answer = await sendRaw(server.url, `OPTIONS ${path} HTTP/1.1\r\n${CLOSE}${asked}\r\n`);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
        if (origin !== server.url) expect(answer.status).toBe(403);
        expect(answer.status).not.toBe(200);
      }
    }
  });
});

describe("a method that an address does not take", () => {
  test.each([
    ["TRACE", "/trpc/memory.add", "GET, POST"],
    ["OPTIONS", "/trpc/memory.add", "GET, POST"],
    ["PUT", "/trpc/memory.list", "GET, POST"],
    ["GET", "/trpc/memory.add", "POST"],
    ["PUT", "/memory/add", "POST, OPTIONS"],
    ["TRACE", "/memory/list", "GET, POST, HEAD, OPTIONS"],
    ["GET", "/memory/add", "POST, OPTIONS"],
    ["POST", "/healthz", "GET, HEAD"],
    ["DELETE", "/", "GET, HEAD"],
    ["PROPFIND", "/docs", "GET, HEAD"],
  ])("%s %s is 405 and says which ones it takes", async (method, path, allowed) => {
    const answer = await sendRaw(server.url, `${method} ${path} HTTP/1.1\r\n${CLOSE}\r\n`);
    expect(answer.status).toBe(405);
    expect(answer.headers["allow"]).toBe(allowed);
    expect(readError(answer).data).toMatchObject({ httpStatus: 405, reason: "INVALID_INPUT" });
  });
});

test("a type without a body is nobody's: tRPC's ways for other types are closed", async () => {
  for (const type of ["application/octet-stream", "multipart/form-data; boundary=x"]) {
    const read = `GET /trpc/memory.stats HTTP/1.1\r\n${CLOSE}content-type: ${type}\r\n\r\n`;
    expect((await sendRaw(server.url, read)).status).toBe(200);
    const write = `POST /trpc/memory.add HTTP/1.1\r\n${CLOSE}content-type: ${type}\r\ncontent-length: 0\r\n\r\n`;
    expect((await sendRaw(server.url, write)).status).toBe(400);
  }
});
