import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleOf } from "../src/rest/examples/examples.ts";
import { fieldsOf } from "../src/rest/schema-fields.ts";
import { listTwins, type Twin } from "../src/rest/twins.ts";
import { arrangeExample } from "./_example-calls.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { OTHER_INPUTS, WITHOUT_KEY } from "./_other-inputs.ts";
import { rowsOf } from "./_rows-of.ts";

// Written for no mutation: each one that a router has goes through all of this, by tRPC and by REST.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const mutations = listTwins().filter(({ methods }) => !methods.includes("GET"));
const keyed = mutations.filter(({ input }) => fieldsOf(input).has("idempotencyKey"));

type Face = "tRPC" | "REST";
const OTHER_FACE = { tRPC: "REST", REST: "tRPC" } as const;

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly replayed: string | null;
}

async function call(face: Face, { path, url }: Pick<Twin, "path" | "url">, input: object, userId: string) {
  const headers = { "x-keepsake-user": userId };
  const answer =
    face === "REST"
      ? await server.post(url, input, headers)
      : await server.post(`/trpc/${path}`, { json: input }, headers);
  const body = (await answer.json()) as { result?: { data: { json: unknown } }; error?: { json?: unknown } };
  const data = face === "REST" || !body.result ? (body.error?.json ?? body.error ?? body) : body.result.data.json;
  return { status: answer.status, data, replayed: answer.headers.get("x-keepsake-replayed") } satisfies Answer;
}

/** The example, made to work for a user, with a key. */
async function workingInput({ path }: Twin, userId: string): Promise<object> {
  const arranged = await arrangeExample(path, server.clientOf(userId));
  return { ...(exampleOf(path).input as object), ...arranged, idempotencyKey: `key of ${path}`.replaceAll(" ", "-") };
}

/** How long it took, who asked, and the secret of a new token, which is told once and stored nowhere. */
const PASSING = ["timings", "requestId", "token"];
const lasting = (data: unknown): unknown =>
  JSON.parse(JSON.stringify(data), (name, value) => (PASSING.includes(name) ? null : value));

const rows = (userId: string) => rowsOf(server.keepsake.services.db, userId);
const MISMATCH = { data: { reason: "IDEMPOTENCY_MISMATCH", httpStatus: 409 } };

test("every mutation takes an idempotency key, or stands in the list of those that need none", () => {
  const without = mutations.filter((twin) => !keyed.includes(twin)).map(({ path }) => path);
  expect(without.sort()).toEqual(Object.keys(WITHOUT_KEY).sort());
  expect(keyed.map(({ path }) => path).sort()).toEqual(Object.keys(OTHER_INPUTS).sort());
});

const cases = keyed.flatMap((twin) => (["tRPC", "REST"] as const).map((face) => ({ path: twin.path, face, twin })));

describe.each(cases)("$path by $face", ({ path, face, twin }) => {
  test("happens once and answers the same, by either face, and says so", async () => {
    const userId = `once-${face}-${path}`;
    const input = await workingInput(twin, userId);
    const first = await call(face, twin, input, userId);
    expect(first).toMatchObject({ status: 200, replayed: null });
    const done = await rows(userId);
    for (const again of [face, OTHER_FACE[face]]) {
      const second = await call(again, twin, input, userId);
      expect([second.status, second.replayed], again).toEqual([200, "true"]);
      expect(lasting(second.data), again).toEqual(lasting(first.data));
    }
    expect(await rows(userId)).toEqual(done);
  });

  test("refuses its key for another input and for another procedure, and does nothing", async () => {
    const userId = `mismatch-${face}-${path}`;
    const input = await workingInput(twin, userId);
    expect(await call(face, twin, input, userId)).toMatchObject({ status: 200 });
    const done = await rows(userId);
    const other = await call(face, twin, { ...input, ...OTHER_INPUTS[path] }, userId);
    expect(other).toMatchObject({ status: 409, data: MISMATCH, replayed: null });
    const { idempotencyKey } = input as { idempotencyKey: string };
    const stranger = { path: "memory.add", url: "/memory/add" };
    const elsewhere =
      path === stranger.path
        ? await call(
            face,
            { path: "preferences.set", url: "/preferences/set" },
            { key: "a", value: 1, idempotencyKey },
            userId,
          )
        : await call(face, stranger, { content: "Not to be stored", idempotencyKey }, userId);
    expect(elsewhere).toMatchObject({ status: 409, data: MISMATCH });
    if (path !== "conversation.begin") {
      const begin = { path: "conversation.begin", url: "/conversation/begin" };
      const turn = { sessionId: "s", text: "Not to be stored", idempotencyKey };
      expect(await call(face, begin, turn, userId)).toMatchObject({ status: 409, data: MISMATCH });
    }
    expect(await rows(userId)).toEqual(done);
  });

  test("knows another user's equal key as another one", async () => {
    const [one, other] = [`one-${face}-${path}`, `other-${face}-${path}`];
    const inputs = [await workingInput(twin, one), await workingInput(twin, other)];
    expect(await call(face, twin, inputs[0] ?? {}, one)).toMatchObject({ status: 200, replayed: null });
    expect(await call(face, twin, inputs[1] ?? {}, other)).toMatchObject({ status: 200, replayed: null });
  });

  test("keeps no key of a call that failed", async () => {
    const userId = `failed-${face}-${path}`;
    const input = { ...(exampleOf(path).input as object), idempotencyKey: "key-of-a-failed-call" };
    const bad = await call(face, twin, { ...input, noSuchField: 1 }, userId);
    expect(bad).toMatchObject({ status: 400 });
    expect((await rows(userId))["idempotency_keys"]).toEqual([]);
    // Nothing that it speaks of is there: it fails, or there is nothing to do.
    const missed = await call(face, twin, input, userId);
    expect((await rows(userId))["idempotency_keys"]).toHaveLength(missed.status === 200 ? 1 : 0);
    const free = { path: "memory.add", url: "/memory/add" };
    if (missed.status !== 200)
      expect(
        await call(face, free, { content: "Free again", idempotencyKey: "key-of-a-failed-call" }, userId),
      ).toMatchObject({ status: 200 });
  });
});
