import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";

const STUDIO = fileURLToPath(new URL("../../../scripts/studio.ts", import.meta.url));
/** The page that drizzle-kit's studio is looked at with. */
const ITS_PAGE = "https://local.drizzle.studio";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test("pnpm db:studio gives its own page the database's rows, and no other page", async () => {
  const port = await freePort();
  const { PATH = "", HOME = "" } = process.env;
  // Set, though empty, so that nothing comes from a developer's own .env.
  const env = { PATH, HOME, DATABASE_URL: "", POSTGRES_HOST: "", ...databaseEnvironment(database.config) };
  const args = ["--conditions=@keepsake/source", STUDIO, "--port", String(port)];
  const studio = spawn(process.execPath, args, { env, stdio: "ignore" });
  const ask = (body: object, origin = ITS_PAGE) =>
    fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify(body),
    });
  const select = { sql: "select count(*)::int as users from users", params: [], mode: "object", method: "all" };
  try {
    await eventually("the studio answers", async () => (await ask({ type: "init" }).catch(() => null))?.ok === true);
    expect(await (await ask({ type: "init" })).json()).toMatchObject({ dialect: "postgresql" });
    expect(await (await ask({ type: "proxy", data: select })).json()).toEqual([{ users: 0 }]);
    expect((await ask({ type: "proxy", data: select }, "https://evil.example")).status).toBe(403);
  } finally {
    studio.kill("SIGTERM");
  }
  const [code] = await once(studio, "exit");
  expect(code).toBe(0);
});
