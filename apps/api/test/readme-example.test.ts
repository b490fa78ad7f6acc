import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test("the curl lines of the README answer as they stand", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, lines = ""] = /## Calling it without the client.*?```bash\n(.*?)```/s.exec(readme) ?? [];
  const here = lines
    .replaceAll("http://localhost:8080", server.url)
    .replace("-o ola.jsonl", "--write-out '%{http_code}'");
  const { stdout } = await promisify(execFile)("bash", [
    "-c",
    `set -e; ${here.replaceAll("curl ", "curl -sS --fail ")}`,
  ]);
  expect(stdout.match(/The spare key is with Ann/g)).toHaveLength(2);
  expect(stdout).toMatch(/200$/);
});

test("the client code of the README runs as it stands", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
  // Inside the repository, where the package is found by its name.
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache", "readme-"));
  try {
    await writeFile(join(folder, "example.ts"), code);
    const env = { ...process.env, KEEPSAKE_URL: server.url };
    const args = ["--conditions=@keepsake/source", join(folder, "example.ts")];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    const year = new Date().getUTCFullYear();
    expect(stdout).toBe(`Światło w kuchni jest za jasne ${year} [ 'embeddings' ]\nMEMORY_NOT_FOUND\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
