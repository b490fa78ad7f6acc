import { errorReason, inputIssues } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);
const MISSING = "01900000-0000-7000-8000-000000000000";
const pair = { inputText: "Is it raining?", outputText: "No." };

describe("an example", () => {
  test("comes back as it was given, with real dates", async () => {
    const { training } = server.clientOf("keeps");
    const given = {
      inputText: "  Zażółć gęślą jaźń — „cytat”\n\u2028👩‍🚒",
      outputText: "21.5 °C\r\n",
      correctedText: "22 °C",
      feedbackScore: 4,
      comment: "prawie",
      interactionType: "question" as const,
      language: "pl",
      metadata: { room: "kuchnia", list: [1, null, "x"] },
      interactionId: "gateway/7",
    };
    const added = await training.add.mutate(given);
    expect(added).toMatchObject({ ...given, version: 1, exported: false });
    expect(added.createdAt).toBeInstanceOf(Date);
    expect(await training.get.query({ id: added.id })).toEqual(added);
    expect((await training.list.query()).items).toEqual([added]);
  });

  test("of an interaction is one: the second is refused, and waiting feedback is put on the first", async () => {
    const { training } = server.clientOf("one");
    await training.feedback.mutate({ interactionId: "i-1", score: 2, comment: "too long" });
    const added = await training.add.mutate({ ...pair, interactionId: "i-1" });
    expect(added).toMatchObject({ feedbackScore: 2, comment: "too long" });
    expect(await reasonOf(training.add.mutate({ ...pair, interactionId: "i-1" }))).toBe("CONTENT_EXISTS");
    const rated = await training.feedback.mutate({ interactionId: "i-1", score: 5 });
    expect(rated).toMatchObject({ id: added.id, status: "recorded" });
    expect(await training.get.query({ id: added.id })).toMatchObject({ feedbackScore: 5, inputText: pair.inputText });
  });

  test("is added once with one key, sixteen times sent", async () => {
    const { training } = server.clientOf("once");
    const sent = Array.from({ length: 16 }, () => training.add.mutate({ ...pair, idempotencyKey: "k" }));
    expect(new Set((await Promise.all(sent)).map(({ id }) => id)).size).toBe(1);
    expect((await training.stats.query()).total).toBe(1);
  });

  test("changes what is named, clears with null, and one of two changes of the same version is told", async () => {
    const { training } = server.clientOf("changes");
    const { id } = await training.add.mutate({ ...pair, comment: "x", language: "en", metadata: { a: 1 } });
    const changed = await training.update.mutate({
      id,
      correctedText: "Yes, since noon.",
      comment: null,
      metadata: null,
      expectedVersion: 1,
    });
    expect(changed).toMatchObject({ ...pair, correctedText: "Yes, since noon.", comment: null, metadata: null });
    expect(changed).toMatchObject({ language: "en", version: 2 });
    const late = training.update.mutate({ id, outputText: "Maybe.", expectedVersion: 1 });
    expect(await reasonOf(late)).toBe("VERSION_CONFLICT");
    expect(await training.get.query({ id })).toEqual(changed);
  });

  test("that was deleted is gone, and so is every word that was said of it", async () => {
    const client = server.clientOf("deletes");
    const { training } = client;
    const secret = "the safe is behind the painting";
    const { id } = await training.add.mutate({ ...pair, comment: secret, interactionId: "safe", idempotencyKey: "a" });
    await training.feedback.mutate({ interactionId: "safe", score: 1, comment: secret, idempotencyKey: "b" });
    await training.feedback.mutate({ interactionId: "later", score: 1, comment: secret, idempotencyKey: "c" });
    const page = await training.export.query({});
    expect(page.lines).toHaveLength(1);
    expect(await training.delete.mutate({ id, idempotencyKey: "d" })).toEqual({ id, interactionId: "safe" });
    expect(await training.delete.mutate({ interactionId: "later" })).toEqual({ id: null, interactionId: "later" });
    expect(await training.delete.mutate({ id, idempotencyKey: "d" })).toEqual({ id, interactionId: "safe" });
    expect(await reasonOf(training.get.query({ id }))).toBe("EXAMPLE_NOT_FOUND");
    expect(await reasonOf(training.delete.mutate({ id }))).toBe("EXAMPLE_NOT_FOUND");
    expect(await reasonOf(training.delete.mutate({ interactionId: "later" }))).toBe("INTERACTION_NOT_FOUND");
    expect(await rowsThatSay("deletes", secret, id)).toBe(0);
    expect(await training.markExported.mutate({ exportId: page.exportId })).toMatchObject({ marked: 0 });
  });

  test("whose comment is cleared leaves it nowhere in the feedback either", async () => {
    const { training } = server.clientOf("clears");
    const { id } = await training.add.mutate({ ...pair, interactionId: "i" });
    await training.feedback.mutate({ interactionId: "i", score: 2, comment: "a secret" });
    await training.update.mutate({ id, comment: null });
    expect(await rowsThatSay("clears", "a secret", MISSING)).toBe(0);
    await training.update.mutate({ id, feedbackScore: null });
    expect(await training.delete.mutate({ interactionId: "i" })).toEqual({ id, interactionId: "i" });
  });
});

/** Rows of a user that hold a text or name an example. */
async function rowsThatSay(userId: string, text: string, exampleId: string): Promise<number> {
  const like = `%${text}%`;
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(sql`select
    (select count(*) from training_data where user_id = ${userId} and comment like ${like})
    + (select count(*) from interaction_feedback where user_id = ${userId} and comment like ${like})
    + (select count(*) from training_export_rows where user_id = ${userId} and example_id = ${exampleId})
    + (select count(*) from idempotency_keys where user_id = ${userId} and response::text like ${like}) as rows`);
  return Number(row?.rows);
}

describe("many examples", () => {
  test("are listed newest first, page by page, each once", async () => {
    const { training } = server.clientOf("pages");
    for (let number = 0; number < 25; number += 1) {
      await training.add.mutate({ ...pair, outputText: `Answer ${number}` });
    }
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await training.list.query({ limit: 10, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ outputText }) => outputText));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `Answer ${24 - index}`));
  });

  test("are filtered and counted by score, type, language, time and export", async () => {
    const { training } = server.clientOf("filters");
    const outputs = async (filter: Parameters<typeof training.list.query>[0]) =>
      (await training.list.query(filter)).items.map(({ outputText }) => outputText).sort();
    const add = (outputText: string, fields: object) => training.add.mutate({ ...pair, outputText, ...fields });
    await add("a", { feedbackScore: 1, language: "pl", interactionType: "command" });
    await add("b", { feedbackScore: 4, language: "PL", interactionType: "question", correctedText: "B" });
    await add("c", { feedbackScore: 5, language: "en" });
    await add("d", {});
    await training.feedback.mutate({ interactionId: "nobody said it", score: 3 });
    expect(await outputs({ scoreMin: 4 })).toEqual(["b", "c"]);
    expect(await outputs({ scoreMin: 2, scoreMax: 4 })).toEqual(["b"]);
    expect(await outputs({ language: "Pl" })).toEqual(["a", "b"]);
    expect(await outputs({ interactionType: "question" })).toEqual(["b"]);
    expect(await outputs({ createdBefore: "2020-01-01" })).toEqual([]);
    expect(await outputs({ createdAfter: "2020-01-01", exported: false })).toEqual(["a", "b", "c", "d"]);
    expect(await outputs({ exported: true })).toEqual([]);
    expect(await training.stats.query()).toEqual({
      total: 4,
      byScore: { "1": 1, "2": 0, "3": 0, "4": 1, "5": 1, none: 1 },
      byType: { command: 1, question: 1, conversation: 0, none: 2 },
      byLanguage: { pl: 2, en: 1 },
      languageUnknown: 1,
      corrected: 1,
      exported: 0,
      waiting: 1,
      scoreAverage: 10 / 3,
    });
  });

  test("of nobody are counted as none", async () => {
    expect(await server.clientOf("empty").training.stats.query()).toMatchObject({ total: 0, scoreAverage: null });
    expect(await server.clientOf("empty").training.list.query()).toEqual({ items: [], nextCursor: null });
  });
});

describe("an input", () => {
  test.each([
    ["feedback", { interactionId: "i", score: 6 }, "score"],
    ["feedback", { interactionId: "i", score: 4.5 }, "score"],
    ["feedback", { interactionId: "i", score: "5" }, "score"],
    ["feedback", { interactionId: " ", score: 5 }, "interactionId"],
    ["feedback", { interactionId: "i".repeat(256), score: 5 }, "interactionId"],
    ["feedback", { interactionId: "i\u0000", score: 5 }, "interactionId"],
    ["feedback", { interactionId: "i", score: 5, comment: "c".repeat(4_097) }, "comment"],
    ["feedback", { interactionId: "i", score: 5, interactionType: "order" }, "interactionType"],
    ["add", { inputText: "x" }, "outputText"],
    ["add", { ...pair, inputText: "x".repeat(32_769) }, "inputText"],
    ["add", { ...pair, output: "y" }, "output"],
    ["update", { id: MISSING }, ""],
    ["update", { id: "7", comment: null }, "id"],
    ["delete", {}, ""],
    ["delete", { id: MISSING, interactionId: "i" }, ""],
    ["list", { scoreMin: 0 }, "scoreMin"],
    ["list", { cursor: "x" }, "cursor"],
    ["export", { format: "csv" }, "format"],
    ["export", { scoreMin: 4, scoreMax: 2 }, "scoreMax"],
    ["export", { validationShare: 0.1 }, "part"],
    ["export", { part: "train" }, "validationShare"],
    ["export", { validationShare: 1, part: "train" }, "validationShare"],
    ["export", { seed: "s" }, "seed"],
    ["export", { names: ["Ola"] }, "names"],
    ["export", { redact: true, names: ["O"] }, "names.0"],
    ["export", { limit: 1_001 }, "limit"],
    ["export", { cursor: "bm9uc2Vuc2U" }, "cursor"],
  ])("of training.%s that is wrong is refused with the field named (%#)", async (procedure, input, path) => {
    const { training } = server.clientOf("wrong") as unknown as {
      training: Record<string, { query(input: unknown): Promise<unknown> }>;
    };
    const failure = await training[procedure]?.query(input).then(
      () => null,
      (error: unknown) => error,
    );
    expect(errorReason(failure)).toBe("INVALID_INPUT");
    expect(inputIssues(failure).map((issue) => issue.path)).toContain(path);
  });
});
