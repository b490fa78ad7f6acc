import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildImage, type Container, databaseForImage, type Image, runInImage } from "./_container.ts";
import { freePort, untilHealthy } from "./_keepsake-process.ts";

const TOKEN = "a-token-of-24-characters-and-more";
const SIZE_BYTES_MAX = 250_000_000;
/** docker-compose.yml's stop_grace_period. */
const GRACE_MS = 20_000;

const whyNot =
  process.platform !== "linux" || process.getuid?.() !== 0 ? "needs Linux and root, to make a container's root" : null;

let database: TestDatabase;
let image: Image;
let start: (environment?: Record<string, string>) => Promise<{ server: Container; url: string; port: number }>;
beforeAll(async () => {
  if (whyNot !== null) return;
  database = await createTestDatabase();
  image = await buildImage();
  const found = await databaseForImage(database.config, image);
  start = async (environment = {}) => {
    const port = await freePort();
    const variables = { ...found.environment, PORT: String(port), KEEPSAKE_ADMIN_TOKEN: TOKEN, ...environment };
    const server = await runInImage(image, image.settings.command, variables, found.dataDir);
    return { server, url: `http://127.0.0.1:${port}`, port };
  };
});
afterAll(async () => {
  await image?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

beforeEach((ctx) => {
  if (whyNot !== null) ctx.skip(whyNot);
});

/** Every file of the tree, from its root; links are not followed. */
const files = () => find("-type", "f");
const find = (...tests: string[]) =>
  execFileSync("find", [".", ...tests], { cwd: image.tree, encoding: "utf8" })
    .split("\n")
    .filter(Boolean);

describe("the image's tree", () => {
  test("is below 250 MB, Node included", () => {
    const bytes = files().reduce((sum, path) => sum + statSync(join(image.tree, path)).size, statSync(image.node).size);
    expect(bytes).toBeLessThan(SIZE_BYTES_MAX);
  });

  test("holds no TypeScript, no tests, no tools and no secrets", () => {
    const unwanted =
      /\.(?:[cm]?ts|tsx|tsbuildinfo)$|(?:^|\/)\.env|\.test\.|(?:^|\/)(?:vitest|typescript|drizzle-kit|tsdown)$/;
    expect(files().filter((path) => unwanted.test(path))).toEqual([]);
    expect(readdirSync(image.tree).sort()).toEqual(["dist", "node_modules", "package.json"]);
    expect(
      readdirSync(join(image.tree, "dist"))
        .filter((path) => path.endsWith(".js") && !path.startsWith("shared-"))
        .sort(),
    ).toEqual(["health-check.js", "keepsake.js", "main.js"]);
  });

  test("has in node_modules what its package.json names, and no link that leads out of it", () => {
    const { dependencies } = JSON.parse(readFileSync(join(image.tree, "package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) {
      expect(realpathSync(join(image.tree, "node_modules", name)).startsWith(realpathSync(image.tree)), name).toBe(
        true,
      );
    }
    expect(find("-xtype", "l")).toEqual([]);
  });
});

describe("a container without rights and with nothing to write to but /tmp", () => {
  test("becomes healthy by its own check, asks for the token, answers, and ends with 0 when told", async () => {
    const { server, url, port } = await start();
    await using _server = server;
    await untilHealthy(server, url);
    expect(await checkHealth({ PORT: String(port), KEEPSAKE_ADMIN_TOKEN: TOKEN })).toEqual({ code: 0, said: "" });

    expect((await add(url, {})).status).toBe(401);
    const answer = await add(url, { authorization: `Bearer ${TOKEN}` });
    expect(answer.status).toBe(200);
    for (const path of ["/docs", "/openapi.json"]) expect((await fetch(`${url}${path}`)).status, path).toBe(200);

    const askedAt = performance.now();
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(GRACE_MS);
  });

  test("has the command line beside the server, which runs without the variables that the server needs", async () => {
    expect(statSync(join(image.tree, "dist/keepsake.js")).mode & 0o111).toBe(0o111);
    await using command = await runInImage(image, ["node", "dist/keepsake.js", "version"], {});
    expect(await command.ended).toBe(0);
    expect(command.output()).toMatch(/^Keepsake \d/);
  });

  test("tells its check why it is not healthy", async () => {
    const { code, said } = await checkHealth({ PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(said).toContain("ECONNREFUSED");
  });

  test("does not start without a token, because it listens to more than itself", async () => {
    const { server } = await start({ KEEPSAKE_ADMIN_TOKEN: "" });
    await using _server = server;
    expect(await server.ended).toBe(1);
    expect(server.output()).toContain("set KEEPSAKE_ADMIN_TOKEN");
  });
});

async function checkHealth(environment: Record<string, string>) {
  await using check = await runInImage(image, image.settings.healthCommand, environment);
  return { code: await check.ended, said: check.output().trim() };
}

function add(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/trpc/memory.add`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ json: { content: "The spare key is with Ann" } }),
  });
}
