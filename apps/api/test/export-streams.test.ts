import { createHash } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

// `GET /training/export`: all examples as one answer, however many there are.

const EXAMPLES = 2_500;
const SPOKEN = "Turn on the lights in the kitchen, please. ".repeat(140);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await fill(server, "ola");
});
afterAll(() => server[Symbol.asyncDispose]());

/** About 30 MB of examples: more than the sockets of both ends hold. */
async function fill({ keepsake, clientOf }: TestServer, userId: string): Promise<void> {
  await clientOf(userId).training.add.mutate({ inputText: "the first", outputText: "Done.", feedbackScore: 5 });
  await keepsake.services.db.execute(sql`
    insert into training_data ("user_id", id, input_text, output_text, feedback_score)
    select ${userId}, ('01a20866-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, ${SPOKEN} || i, ${SPOKEN}, 5
    from generate_series(2, ${EXAMPLES}) as i`);
}

const asOla = { "x-keepsake-user": "ola" };
const exportAs = (search = "") => fetch(`${server.url}/training/export${search}`, { headers: asOla });

/** An export whose reader has seen the beginning and takes no more. */
async function openStalled(url: string): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/training/export`, { headers: asOla }, resolve).on("error", reject).end();
  });
  response.pause();
  return response;
}

const idOf = (response: IncomingMessage) => String(response.headers["x-keepsake-export-id"]);

/** How many examples the server has read for an export. */
async function countRead({ keepsake }: TestServer, exportId: string): Promise<number> {
  const rows = await keepsake.services.db.execute<{ count: number }>(sql`
    select count(*)::int as count from training_export_rows where user_id = ${"ola"} and export_id = ${exportId}`);
  return rows[0]?.count ?? 0;
}

/** Waits until the server reads no further, and tells how far it came. */
async function untilItRests(exportId: string): Promise<number> {
  let before = -1;
  await eventually("the server waits for its reader", async () => {
    const now = await countRead(server, exportId);
    const rests = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return rests;
  });
  return before;
}

describe("GET /training/export", () => {
  test("gives every example as a line, and the manifest tells the same", async () => {
    const response = await exportAs();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    const exportId = String(response.headers.get("x-keepsake-export-id"));
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="training-jsonl-${exportId}.jsonl"`);
    const text = await response.text();
    const lines = text.split("\n").slice(0, -1);
    expect(lines).toHaveLength(EXAMPLES);
    expect(new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(EXAMPLES);
    const manifest = await server.clientOf("ola").training.manifest.query({ exportId });
    expect(manifest).toMatchObject({
      bytes: Buffer.byteLength(text),
      sha256: createHash("sha256").update(text).digest("hex"),
      counts: { written: EXAMPLES },
    });
    const marked = await server.post("/training/markExported", { export_id: exportId }, asOla);
    expect(await marked.json()).toEqual({ exportId, marked: EXAMPLES });
  });

  test("takes its options from the address, and from a POST's body", async () => {
    const byAddress = await exportAs("?format=openai-chat&scoreMin=5&validationShare=0.1&part=validation&seed=a");
    const input = { format: "openai-chat", scoreMin: 5, validationShare: 0.1, part: "validation", seed: "a" };
    const byBody = await server.post("/training/export", input, asOla);
    const text = await byAddress.text();
    expect(await byBody.text()).toBe(text);
    expect(text.split("\n").length).toBeLessThan(EXAMPLES / 5);
    expect(JSON.parse(text.split("\n")[0] ?? "")).toMatchObject({
      messages: [{ role: "user" }, { role: "assistant" }],
    });
  });

  test("of nobody's examples is an empty answer that ended well", async () => {
    const response = await fetch(`${server.url}/training/export`, { headers: { "x-keepsake-user": "nobody-yet" } });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test("with a mistake is an ordinary error", async () => {
    const faults = { "?format=csv": "format", "?limit=5": "limit", "?redact=yes": "redact", "?seed=x": "seed" };
    for (const [search, field] of Object.entries(faults)) {
      const response = await exportAs(search);
      expect([search, response.status]).toEqual([search, 400]);
      expect(await response.json()).toMatchObject({ error: { data: { issues: [{ path: field }] } } });
    }
    const head = await fetch(`${server.url}/training/export`, { method: "HEAD" });
    expect([head.status, head.headers.get("allow")]).toEqual([405, "GET, POST, OPTIONS"]);
  });

  test("reads no faster than its reader, and stops when the reader goes away", async () => {
    const response = await openStalled(server.url);
    const exportId = idOf(response);
    const read = await untilItRests(exportId);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(EXAMPLES);
    response.destroy();
    expect(await untilItRests(exportId)).toBeLessThan(EXAMPLES);
    const marking = server.clientOf("ola").training.markExported.mutate({ exportId });
    expect(await marking.then(() => null, errorReason)).toBe("EXPORT_NOT_COMPLETE");
  });

  test("that fails on its way does not look like a good end", async () => {
    const { db } = server.keepsake.services;
    const response = await openStalled(server.url);
    await untilItRests(idOf(response));
    await db.execute(sql`alter table training_data rename column input_text to gone`);
    await expect(readAll(response)).rejects.toThrow("aborted");
    const refused = await exportAs();
    expect([refused.status, refused.headers.get("content-type")]).toEqual([500, "application/json; charset=utf-8"]);
    await db.execute(sql`alter table training_data rename column gone to input_text`);
    expect((await exportAs("?format=kto")).status).toBe(200);
  });
});

test("a server that stops breaks its exports off and does not wait for their readers", async () => {
  const stopping = await startTestServer();
  await fill(stopping, "ola");
  const response = await openStalled(stopping.url);
  await stopping[Symbol.asyncDispose]();
  await expect(readAll(response)).rejects.toThrow("aborted");
});

async function readAll(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}
