import { buffer } from "node:stream/consumers";
import { errorReason, inputIssues, type KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eraseForGood } from "../src/platform/erasure.ts";
import { startExport } from "../src/training/export.ts";
import { beginMarking, markSome, pruneExports } from "../src/training/mark-store.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { exportAll, sha256 } from "./_training-export.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);
const MISSING = "01900000-0000-7000-8000-000000000000";

/** Adds examples straight by SQL: over the wire a thousand take long. */
async function fill(userId: string, examples: number, fields = sql`null::integer, null::text`): Promise<void> {
  await server.keepsake.services.db.execute(sql`
    insert into training_data ("user_id", "id", "input_text", "output_text", "feedback_score", "corrected_text")
    select ${userId}, ('01900000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, 'question ' || number,
      'answer ' || number, ${fields} from generate_series(1, ${examples}::integer) as number`);
}

const unexported = async ({ training }: KeepsakeClient) => {
  const { total, exported } = await training.stats.query();
  return total - exported;
};

const streamOptions = { format: "jsonl" as const, notExported: false, redact: false };

describe("an export", () => {
  test("has each example once over many pages, and its manifest fits what was read", async () => {
    const { training } = server.clientOf("pages");
    await fill("pages", 250, sql`number % 5 + 1, case when number % 10 = 0 then 'better' end`);
    const { lines, text, manifest, pages } = await exportAll(training, { format: "kto", limit: 20 });
    expect(pages).toBe(13);
    expect(lines).toHaveLength(225);
    expect(new Set(lines).size).toBe(225);
    expect(manifest).toMatchObject({
      format: "kto",
      counts: { read: 250, written: 200, lines: 225, parts: null, leftOut: { neutralScore: 50, lowScore: 0 } },
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
      split: null,
      redaction: null,
      markedAt: null,
    });
    expect(await training.manifest.query({ exportId: manifest.exportId })).toEqual(manifest);
    expect((await training.exports.query()).items).toEqual([manifest]);
  });

  test("is the same as a stream and as pages", async () => {
    const { training } = server.clientOf("stream");
    await fill("stream", 1_100);
    const stream = await startExport({ userId: "stream" }, server.keepsake.services, streamOptions);
    const streamedText = await buffer(stream.chunks);
    const streamed = await training.manifest.query({ exportId: stream.exportId });
    const paged = await exportAll(training, { limit: 300 });
    expect(streamedText.toString()).toBe(paged.text);
    expect(streamed).toMatchObject({ sha256: sha256(streamedText), counts: paged.manifest.counts });
    expect(paged.manifest.sha256).toBe(streamed.sha256);
  });

  test("of nothing is complete and empty", async () => {
    const { training } = server.clientOf("nothing");
    const { lines, manifest } = await exportAll(training, { format: "dpo" });
    expect(lines).toEqual([]);
    expect(manifest).toMatchObject({ bytes: 0, sha256: sha256(""), counts: { read: 0, written: 0, lines: 0 } });
    expect(await training.markExported.mutate({ exportId: manifest.exportId })).toMatchObject({ marked: 0 });
  });

  test("keeps the filters in its manifest, with times as times", async () => {
    const { training } = server.clientOf("filters");
    const createdAfter = new Date("2020-02-29T12:00:00.000Z");
    const filters = { scoreMin: 2, scoreMax: 4, language: "pl", interactionType: "question" as const, createdAfter };
    await training.add.mutate({ inputText: "q", outputText: "a", feedbackScore: 3, ...only(filters) });
    await training.add.mutate({ inputText: "r", outputText: "b", feedbackScore: 5, ...only(filters) });
    const { manifest, lines } = await exportAll(training, { ...filters, notExported: true });
    expect(manifest.filters).toEqual({ ...filters, notExported: true });
    expect(lines).toHaveLength(1);
    expect((await training.manifest.query({ exportId: manifest.exportId })).filters.createdAfter).toEqual(createdAfter);
  });

  test("does not grow while it is read", async () => {
    const client = server.clientOf("grows");
    await fill("grows", 30);
    const first = await client.training.export.query({ limit: 10 });
    await client.training.add.mutate({ inputText: "later", outputText: "too late" });
    const rest = await exportAll(client.training, { limit: 10, cursor: first.nextCursor ?? "" });
    expect(rest.manifest.counts.read).toBe(30);
  });

  test("reads little at a time, however large the examples are", async () => {
    const client = server.clientOf("large");
    const inputText = "ż".repeat(30_000);
    for (let at = 0; at < 40; at += 1) await client.training.add.mutate({ inputText, outputText: "x" });
    const stream = await startExport({ userId: "large" }, server.keepsake.services, streamOptions);
    const sizes: number[] = [];
    for await (const chunk of stream.chunks) sizes.push(chunk.length);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(1_200_000);
  });

  test("goes on after a page that was asked for twice, and its hash is right", async () => {
    const { training } = server.clientOf("twice");
    await fill("twice", 50);
    const first = await training.export.query({ limit: 20 });
    const again = { limit: 20, cursor: first.nextCursor ?? "" };
    expect(await training.export.query(again)).toEqual(await training.export.query(again));
    const { text, manifest } = await exportAll(training, again);
    const whole = first.lines.map((line) => `${line}\n`).join("") + text;
    expect(manifest).toMatchObject({ sha256: sha256(whole), bytes: Buffer.byteLength(whole), counts: { lines: 50 } });
  });

  test("refuses a cursor of other options, of another user, and of a marked export", async () => {
    const { training } = server.clientOf("cursors");
    await fill("cursors", 50);
    const { nextCursor, exportId } = await training.export.query({ limit: 20 });
    const cursor = nextCursor ?? "";
    const calls = [
      () => training.export.query({ limit: 20, cursor, format: "kto" }),
      () => training.export.query({ limit: 20, cursor: `${cursor.slice(0, -8)}AAAAAAAA` }),
      () => server.clientOf("other").training.export.query({ limit: 20, cursor }),
    ];
    for (const call of calls) {
      const failure = await call().then(
        () => null,
        (error: unknown) => error,
      );
      expect(errorReason(failure)).toBe("INVALID_INPUT");
      expect(inputIssues(failure)).toMatchObject([{ path: "cursor" }]);
    }
    await exportAll(training, { limit: 30, cursor });
    await training.markExported.mutate({ exportId });
    expect(await reasonOf(training.export.query({ limit: 20, cursor }))).toBe("INVALID_INPUT");
  });
});

/** The fields of an example among filters. */
const only = ({ language, interactionType }: { language: string; interactionType: "question" }) => ({
  language,
  interactionType,
});

describe("a split", () => {
  test("puts each example on one side, the same one every time, and equal inputs together", async () => {
    const { training } = server.clientOf("split");
    await fill("split", 400);
    await training.add.mutate({ inputText: " Question   17", outputText: "the same question" });
    const split = { validationShare: 0.25, seed: "s1", format: "alpaca" as const };
    const train = await exportAll(training, { ...split, part: "train" });
    const validation = await exportAll(training, { ...split, part: "validation" });
    expect(train.lines.length + validation.lines.length).toBe(401);
    expect(validation.lines.length).toBeGreaterThan(60);
    expect(validation.lines.length).toBeLessThan(140);
    expect((await exportAll(training, { ...split, part: "train", limit: 7 })).text).toBe(train.text);
    expect(validation.manifest).toMatchObject({
      split: { validationShare: 0.25, seed: "s1", part: "validation" },
      counts: {
        written: validation.lines.length,
        parts: { train: train.lines.length, validation: validation.lines.length },
        leftOut: { otherPart: train.lines.length },
      },
    });
    const asked = (text: string) => (text.match(/"instruction":"\s*question\s+17"/gi) ?? []).length;
    expect([asked(train.text), asked(validation.text)].sort()).toEqual([0, 2]);
    expect((await exportAll(training, { ...split, seed: "s2", part: "train" })).text).not.toBe(train.text);
  });
});

describe("marking", () => {
  test("is refused until the last page was read, and then answers the same every time", async () => {
    const client = server.clientOf("marks");
    await fill("marks", 2_300);
    const { training } = client;
    const first = await training.export.query({ limit: 1_000 });
    const { exportId } = first;
    expect(await reasonOf(training.markExported.mutate({ exportId }))).toBe("EXPORT_NOT_COMPLETE");
    expect(await reasonOf(training.manifest.query({ exportId }))).toBe("EXPORT_NOT_COMPLETE");
    expect(await unexported(client)).toBe(2_300);
    await exportAll(training, { limit: 1_000, cursor: first.nextCursor ?? "" });
    expect(await unexported(client)).toBe(2_300);
    const input = { exportId, idempotencyKey: "mark" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => training.markExported.mutate(input)));
    expect(new Set(answers.map(({ marked }) => marked))).toEqual(new Set([2_300]));
    expect(await training.markExported.mutate({ exportId })).toEqual({ exportId, marked: 2_300 });
    expect(await unexported(client)).toBe(0);
    expect((await exportAll(training, { notExported: true })).lines).toEqual([]);
    expect((await training.manifest.query({ exportId })).markedAt).toBeInstanceOf(Date);
    const other = training.markExported.mutate({ exportId: MISSING, idempotencyKey: "mark" });
    expect(await reasonOf(other)).toBe("IDEMPOTENCY_MISMATCH");
    expect(await reasonOf(training.markExported.mutate({ exportId: MISSING }))).toBe("EXPORT_NOT_FOUND");
  });

  test("leaves out what was changed since it was written, and what was not written", async () => {
    const client = server.clientOf("changed");
    const { training } = client;
    const add = (inputText: string, feedbackScore: number) =>
      training.add.mutate({ inputText, outputText: "a", feedbackScore, interactionId: inputText });
    const [kept, edited, rated, refused] = [
      await add("kept", 5),
      await add("edited", 5),
      await add("rated", 5),
      await add("refused", 1),
    ];
    const { manifest } = await exportAll(training, { format: "alpaca" });
    await training.update.mutate({ id: edited.id, outputText: "b" });
    await training.feedback.mutate({ interactionId: "rated", score: 4 });
    expect(await training.markExported.mutate({ exportId: manifest.exportId })).toMatchObject({ marked: 1 });
    const left = (await training.list.query({ exported: false })).items.map(({ id }) => id);
    expect(left.sort()).toEqual([edited.id, rated.id, refused.id].sort());
    await training.update.mutate({ id: kept.id, comment: "changed after all" });
    expect(await unexported(client)).toBe(4);
  });

  test("of two exports at once with the same examples neither blocks nor fails", async () => {
    const client = server.clientOf("both");
    await fill("both", 2_500);
    const exports = await Promise.all([exportAll(client.training, {}), exportAll(client.training, { format: "kto" })]);
    const ids = exports.map(({ manifest }) => manifest.exportId);
    await Promise.all(ids.map((exportId) => client.training.markExported.mutate({ exportId })));
    expect(await unexported(client)).toBe(0);
  });

  test("that broke off half-way is finished by the next call", async () => {
    const client = server.clientOf("half");
    await fill("half", 2_300);
    const { exportId } = (await exportAll(client.training, { limit: 1_000 })).manifest;
    const actor = { userId: "half" };
    const { db } = server.keepsake.services;
    await db.transaction((tx) => beginMarking(actor, tx, exportId));
    await db.transaction((tx) => markSome(actor, tx, exportId));
    expect(await unexported(client)).toBe(1_300);
    expect(await client.training.markExported.mutate({ exportId })).toEqual({ exportId, marked: 2_300 });
    expect(await unexported(client)).toBe(0);
  });

  test("goes on while examples are changed and deleted, and marks none of those", async () => {
    const { training } = server.clientOf("busy");
    await fill("busy", 1_500);
    const { exportId } = (await exportAll(training, {})).manifest;
    const { items } = await training.list.query({ limit: 32 });
    const changes = items.map(({ id }, at) =>
      at % 2 === 0 ? training.delete.mutate({ id }) : training.update.mutate({ id, comment: "changed" }),
    );
    const [{ marked }] = await Promise.all([training.markExported.mutate({ exportId }), ...changes]);
    expect(marked).toBeGreaterThanOrEqual(1_468);
    const stats = await training.stats.query();
    expect(stats).toMatchObject({ total: 1_484, exported: 1_468 });
  });
});

describe("a stream that is broken off", () => {
  test("reads no further, marks nothing, and is gone after a day", async () => {
    const client = server.clientOf("broken");
    await fill("broken", 1_600);
    const stream = await startExport({ userId: "broken" }, server.keepsake.services, streamOptions);
    for await (const chunk of stream.chunks) {
      expect(chunk.toString().match(/\n/g)).toHaveLength(500);
      break;
    }
    const { exportId } = stream;
    expect(await rowsOf("broken", exportId)).toBe(500);
    expect(await reasonOf(client.training.markExported.mutate({ exportId }))).toBe("EXPORT_NOT_COMPLETE");
    expect((await client.training.exports.query()).items).toEqual([]);
    expect(await prune()).toBe(0);
    await age("broken", exportId, "created_at", "25 hours");
    expect(await prune()).toBe(1);
    expect(await rowsOf("broken", exportId)).toBe(0);
    expect(await reasonOf(client.training.markExported.mutate({ exportId }))).toBe("EXPORT_NOT_FOUND");
    expect(await unexported(client)).toBe(1_600);
  });

  test("differs from one that nobody marks: that one stays for 30 days, and a marked one for good", async () => {
    const { training } = server.clientOf("stays");
    await fill("stays", 10);
    const unmarked = (await exportAll(training, {})).manifest.exportId;
    const marked = (await exportAll(training, {})).manifest.exportId;
    await training.markExported.mutate({ exportId: marked });
    for (const exportId of [unmarked, marked]) await age("stays", exportId, "completed_at", "31 days");
    expect(await prune()).toBe(1);
    expect((await training.exports.query()).items.map(({ exportId }) => exportId)).toEqual([marked]);
  });
});

async function rowsOf(userId: string, exportId: string): Promise<number> {
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(sql`select count(*) as rows
    from training_export_rows where user_id = ${userId} and export_id = ${exportId}`);
  return Number(row?.rows);
}

const age = (userId: string, exportId: string, column: "created_at" | "completed_at", by: string) =>
  server.keepsake.services.db.execute(sql`update training_exports
    set ${sql.identifier(column)} = now() - ${by}::interval where user_id = ${userId} and id = ${exportId}`);

const prune = () => eraseForGood(server.keepsake.services, [pruneExports], AbortSignal.timeout(10_000));
