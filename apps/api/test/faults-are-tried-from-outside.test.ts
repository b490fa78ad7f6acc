import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/try-faults.ts", import.meta.url));
const TABLE = fileURLToPath(new URL("../../../docs/faults.md", import.meta.url));

let open: TestServer;
let guarded: TestServer;
beforeAll(async () => {
  [open, guarded] = await Promise.all([startTestServer(), startTestServer({ asAdmin: true })]);
});
afterAll(() => Promise.all([open, guarded].map((server) => server?.[Symbol.asyncDispose]())));

/** The script as a person runs it: it is told an address and a token and nothing else. */
async function tryFaults(url: string, token = "") {
  const { PATH = "" } = process.env;
  const script = spawn(process.execPath, [SCRIPT, url], {
    env: { PATH, KEEPSAKE_TOKEN: token },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  for (const stream of [script.stdout, script.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (out += text));
  const [code] = (await once(script, "close")) as [number];
  return { code, out, lines: out.trimEnd().split("\n") };
}

const failuresOf = (lines: readonly string[]) => lines.filter((line) => line.includes("FAILED"));

const inTable = [...readFileSync(TABLE, "utf8").matchAll(/^\| (F\d\d) \|/gm)].map(([, number]) => number);

test("every case of the table is tried, or said why not, on a server without tokens", {
  timeout: 300_000,
}, async () => {
  const { code, out, lines } = await tryFaults(open.url);
  expect(failuresOf(lines)).toEqual([]);
  expect(lines.flatMap((line) => /^F\d\d/.exec(line) ?? []).sort()).toEqual(inTable);
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/);
  expect(code).toBe(0);
  for (const number of ["F22", "F51", "F52", "F53", "F57", "F58", "F61", "F62", "F65", "F66"]) {
    expect(out).toMatch(new RegExp(`^${number} passed`, "m"));
  }
});

test("and on one that asks for a token, where it leaves nothing behind", { timeout: 300_000 }, async () => {
  const { code, out, lines } = await tryFaults(guarded.url, guarded.headers["authorization"]?.replace("Bearer ", ""));
  expect(failuresOf(lines)).toEqual([]);
  expect(out).toMatch(/^F63 passed/m);
  expect(code).toBe(0);
  const { items } = await guarded.client.system.users.query({});
  expect(items.map(({ userId }) => userId).filter((id) => id.startsWith("faults-"))).toEqual([]);
});

test("it fails on a server that is not as it should be", async () => {
  const { token } = await guarded.client.system.createToken.mutate({
    label: "may not write",
    role: "gateway",
    scopes: ["read"],
  });
  const { code, lines } = await tryFaults(guarded.url, token ?? "");
  expect(code).toBe(1);
  expect(lines.at(-1)).toMatch(/^\d+ passed, [1-9]\d* failed/);
});

test.each([
  ["no token", "", "asks for a token"],
  ["a token that is none of its own", `ks_abcdefgh_${"x".repeat(43)}`, "does not take this token"],
])("with %s it tries nothing on a server that asks for one, and says what to set", async (_, token, sentence) => {
  // Without the bad tokens of the tests before, for which an address has to wait.
  await using fresh = await startTestServer({ asAdmin: true });
  const { code, out, lines } = await tryFaults(fresh.url, token);
  expect([code, lines.length]).toEqual([1, 2]);
  expect(out).toContain(sentence);
  expect(out).toContain("set KEEPSAKE_TOKEN");
});

test.each(["http://192.0.2.1:8080", "https://keepsake.example", "http://127.0.0.1.evil.example"])(
  "it tries nothing on %s, which is not this machine",
  async (url) => {
    const { code, out } = await tryFaults(url);
    expect(code).toBe(1);
    expect(out).toContain("is not of this machine");
  },
);
