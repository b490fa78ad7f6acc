import { errorReason, inputIssues } from "@keepsake/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { type ExportInput, exportAll, sha256 } from "./_training-export.ts";

// An export's cursor carries what the manifest will say: the counts so far and the running hash. Nobody may write it.

const SEAL_BYTES = 16;
const EXAMPLES = 5;
const asOla = { "x-keepsake-user": "ola" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const userId of ["ola", "jan"]) {
    const { training } = server.clientOf(userId);
    for (let at = 0; at < EXAMPLES; at += 1) await training.add.mutate({ inputText: `say ${at}`, outputText: "Said." });
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const trainingOf = (userId: string) => server.clientOf(userId).training;

/** An export whose first example was read. */
async function begin(userId: string, options: ExportInput = {}) {
  const { exportId, lines, nextCursor } = await trainingOf(userId).export.query({ ...options, limit: 1 });
  if (nextCursor === null) throw new Error("the first page is the last one");
  return { exportId, lines, cursor: nextCursor };
}

const bytesOf = (cursor: string) => Buffer.from(cursor, "base64url");
const toCursor = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).toString("base64url");
const sealOf = (cursor: string) => bytesOf(cursor).subarray(0, SEAL_BYTES);
const contentOf = (cursor: string) => bytesOf(cursor).subarray(SEAL_BYTES);

/** What a cursor says: id, fingerprint, last example, counts, hash state. */
type Values = [exportId: string, fingerprint: string, after: string, counts: number[], hash: string];

/** A cursor with its old seal on changed values. */
function rewrite(cursor: string, change: (values: Values) => void): string {
  const values = JSON.parse(contentOf(cursor).toString()) as Values;
  change(values);
  return toCursor(sealOf(cursor), Buffer.from(JSON.stringify(values)));
}

function flip(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}

/** How a user's cursor is answered: the same for all that are refused. */
async function answerTo(userId: string, cursor: string): Promise<unknown> {
  const failure = await trainingOf(userId)
    .export.query({ limit: 1_000, cursor })
    .then(
      () => null,
      (error: unknown) => error,
    );
  return { reason: errorReason(failure), message: (failure as Error | null)?.message, issues: inputIssues(failure) };
}

const REFUSED = {
  reason: "INVALID_INPUT",
  message: '"cursor" must be the nextCursor of an earlier page.',
  issues: [{ path: "cursor", message: "is not a nextCursor of this call" }],
};

async function expectRefused(userId: string, cursors: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, cursor] of Object.entries(cursors)) {
    expect({ name, answer: await answerTo(userId, cursor) }).toEqual({ name, answer: REFUSED });
  }
}

/** Neither the refused calls nor anything they left behind is in the way of the export, or of the list of exports. */
async function expectGoesOn(userId: string, { exportId, lines, cursor }: Awaited<ReturnType<typeof begin>>) {
  const training = trainingOf(userId);
  const failure = await training.manifest.query({ exportId }).catch((error: unknown) => error);
  expect(errorReason(failure)).toBe("EXPORT_NOT_COMPLETE");
  const rest = await exportAll(training, { limit: 2, cursor });
  const text = lines.map((line) => `${line}\n`).join("") + rest.text;
  const manifest = await training.manifest.query({ exportId });
  expect(manifest).toMatchObject({
    counts: { read: EXAMPLES, written: EXAMPLES, lines: EXAMPLES },
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  });
  expect((await training.exports.query()).items).toContainEqual(manifest);
}

test("a cursor with other counts is refused, and its export goes on", async () => {
  const begun = await begin("ola");
  const { cursor } = begun;
  await expectRefused("ola", {
    "all as large as can be": rewrite(cursor, (values) => values[3].fill(Number.MAX_SAFE_INTEGER)),
    "bytes alone": rewrite(cursor, (values) => values[3].splice(3, 1, Number.MAX_SAFE_INTEGER)),
    "one more": rewrite(cursor, (values) => values[3].splice(1, 1, 2)),
    "without a seal": contentOf(cursor).toString("base64url"),
  });
  await expectGoesOn("ola", begun);
});

test("a cursor with another state of the hash is refused, and its export goes on", async () => {
  const begun = await begin("ola");
  // The last three hold how much was hashed: with them wrong, the hash traps instead of ending.
  const cursors = [0, 4, 40, 109, 110, 111].map((at) => [
    `byte ${at}`,
    rewrite(begun.cursor, (values) => values.splice(4, 1, flip(bytesOf(values[4]), at).toString("base64url"))),
  ]);
  await expectRefused("ola", Object.fromEntries(cursors));
  await expectGoesOn("ola", begun);
});

test("a cursor with any byte changed is refused, and its export goes on", async () => {
  const begun = await begin("ola");
  const bytes = bytesOf(begun.cursor);
  const positions = [...bytes.keys()].filter((at) => at < SEAL_BYTES || at % 11 === 0 || at === bytes.length - 1);
  await expectRefused("ola", Object.fromEntries(positions.map((at) => [`byte ${at}`, toCursor(flip(bytes, at))])));
  await expectGoesOn("ola", begun);
});

test("a cursor that was cut short or made longer is refused, and its export goes on", async () => {
  const begun = await begin("ola");
  const { cursor } = begun;
  const lengths = [0, 1, SEAL_BYTES - 1, SEAL_BYTES, SEAL_BYTES + 1, 100, bytesOf(cursor).length - 1];
  const cut = lengths.map((length) => [`of ${length} bytes`, toCursor(bytesOf(cursor).subarray(0, length))]);
  await expectRefused("ola", { ...Object.fromEntries(cut), longer: toCursor(bytesOf(cursor), Buffer.from(" ")) });
  await expectGoesOn("ola", begun);
});

test("another user's cursor is refused as nonsense is, and both exports go on", async () => {
  const [ola, jan] = [await begin("ola"), await begin("jan")];
  await expectRefused("ola", { "another user's": jan.cursor, nonsense: "nonsense" });
  await expectRefused("jan", { "another user's": ola.cursor });
  await expectGoesOn("ola", ola);
  await expectGoesOn("jan", jan);
});

test("a cursor with another export's seal or id, or of other options, is refused, and both exports go on", async () => {
  const [one, other, alpaca] = [await begin("ola"), await begin("ola"), await begin("ola", { format: "alpaca" })];
  await expectRefused("ola", {
    "another's seal": toCursor(sealOf(other.cursor), contentOf(one.cursor)),
    "another's id": rewrite(one.cursor, (values) => values.splice(0, 1, other.exportId)),
    "of other options": alpaca.cursor,
  });
  await expectGoesOn("ola", one);
  await expectGoesOn("ola", other);
});

test("a refusal is a 400 on the wire", async () => {
  const { cursor } = await begin("ola");
  const forged = rewrite(cursor, (values) => values[3].fill(Number.MAX_SAFE_INTEGER));
  const input = encodeURIComponent(JSON.stringify({ json: { limit: 1_000, cursor: forged } }));
  const response = await fetch(`${server.url}/trpc/training.export?input=${input}`, { headers: asOla });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining(REFUSED.issues[0]?.message ?? ""),
  ]);
});
