import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boundedFetch } from "./bounded-fetch.ts";

const BODY_BYTES_MAX = 1_000_000;
let server: Server;
let url: string;

beforeAll(async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  server = createServer((request, response) => {
    if (request.url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    else if (request.url === "/error") response.writeHead(500).end('{"error":"out of memory"}');
    else response.writeHead(200).end('{"fine":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const ask = (path: string, signal = new AbortController().signal): Promise<Response> =>
  boundedFetch(fetch, { signal, bodyBytesMax: BODY_BYTES_MAX })(`${url}${path}`);

describe("a bounded fetch", () => {
  it("passes an ordinary answer on", async () => {
    expect(await (await ask("/")).json()).toEqual({ fine: true });
  });

  it("stops reading a small body that unpacks to a large one", async () => {
    await expect(ask("/bomb")).rejects.toMatchObject({ name: "BodyTooLargeError" });
  });

  it("throws for an error status, with the sentence of its body", async () => {
    await expect(ask("/error")).rejects.toMatchObject({
      name: "HttpStatusError",
      status: 500,
      detail: "out of memory",
    });
  });

  it("ends with its signal, for the signal's reason", async () => {
    const reason = new Error("no longer wanted");
    await expect(ask("/", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
