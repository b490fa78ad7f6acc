import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { createClient } from "@keepsake/client";
import { connect, migrate } from "@keepsake/db";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, openBrowser } from "./_browser.ts";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";

const STUDIO = fileURLToPath(new URL("../../../scripts/studio.ts", import.meta.url));
/** The page that drizzle-kit's studio is looked at with. */
const ITS_PAGE = "https://local.drizzle.studio";

/** It loads drizzle-kit with its compiler, which takes a busy machine long. */
const START_MS = 150_000;

/** pnpm db:studio as its own process, once it has printed its address. */
interface Studio {
  readonly child: ChildProcess;
  /** The name with its secret, and its port. */
  readonly host: string;
  readonly port: number;
  output(): string;
}

async function startStudio(database: TestDatabase, ...args: string[]): Promise<Studio> {
  const port = await freePort();
  const { PATH = "", HOME = "" } = process.env;
  // Set, though empty, so that nothing comes from a developer's own .env.
  const env = { PATH, HOME, DATABASE_URL: "", POSTGRES_HOST: "", ...databaseEnvironment(database.config) };
  const all = ["--conditions=@keepsake/source", STUDIO, "--port", String(port), ...args];
  const child = spawn(process.execPath, all, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const address = () => /https:\/\/local\.drizzle\.studio\?host=(\S+)&port=\d+/.exec(output)?.[1];
  const tellsAddress = async () => {
    if (child.exitCode !== null) throw new Error(`the studio ended: ${output}`);
    return address() !== undefined;
  };
  await eventually("the studio tells its address", tellsAddress, START_MS).catch((error: unknown) => {
    child.kill("SIGTERM");
    throw error;
  });
  return { child, port, host: address() ?? "", output: () => output };
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Any request at all: fetch lets nobody choose Host and Origin. */
function send(port: number, method: string, headers: Record<string, string>, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path: "/", headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    sent.on("error", reject).end(body);
  });
}

let database: TestDatabase;
let studio: Studio;
beforeAll(async () => {
  database = await createTestDatabase();
  await using handle = await connect(database.config);
  await migrate(handle);
  await handle.sql`insert into users (user_id) values ('ola')`;
});
beforeAll(async () => {
  studio = await startStudio(database);
});
afterAll(async () => {
  studio?.child.kill("SIGTERM");
  await database[Symbol.asyncDispose]();
});

const asPage = () => ({
  host: `${studio.host}:${studio.port}`,
  origin: ITS_PAGE,
  "content-type": "application/json",
});
const ask = async (question: object): Promise<unknown> => {
  const { status, text } = await send(studio.port, "POST", asPage(), JSON.stringify(question));
  expect(status).toBe(200);
  return JSON.parse(text);
};
const query = (sql: string, params: unknown[] = [], mode = "object") =>
  ask({ type: "proxy", data: { sql, params, mode, method: "all" } });
const failure = { status: "error", error: expect.any(String) };

describe("studio's own page", () => {
  test("gets the tables from drizzle-kit and the rows from the database", async () => {
    expect(await ask({ type: "init" })).toMatchObject({ dialect: "postgresql" });
    expect(await query("select user_id as id from users where user_id = $1", ["ola"])).toEqual([{ id: "ola" }]);
    expect(await query("select 1 as a, 2 as b", [], "array")).toEqual([[1, 2]]);
    expect(await query("select now() - now() as none, '{\"a\": [1]}'::jsonb as json")).toMatchObject([
      { json: { a: [1] } },
    ]);
    const two = [{ sql: "select 1 as one" }, { sql: "select 2 as two" }];
    expect(await ask({ type: "tproxy", data: two })).toEqual([[{ one: 1 }], [{ two: 2 }]]);
  });

  test("is told in PostgreSQL's words what is wrong with a statement", async () => {
    expect(await query("select nothing from nowhere")).toEqual({
      status: "error",
      error: 'relation "nowhere" does not exist',
    });
  });

  test.each([
    "insert into users (user_id) values ('eve')",
    "update users set user_id = 'eve'",
    "delete from users",
    "drop table users",
    "truncate users cascade",
    "create table mine (id text)",
    "with gone as (delete from users returning user_id) select * from gone",
    "explain analyze delete from users",
    "select * into mine from users",
    "select * from installation",
    "select * from users for update",
    "select 1; delete from users",
    "select 1; commit; delete from users",
    "commit",
    "begin read write",
    "set session authorization default",
    "reset role",
    "copy users to '/tmp/users'",
    "do $$ begin delete from users; end $$",
    "select query_to_xml('delete from users', true, true, '')",
    "select nextval('drizzle.__drizzle_migrations_id_seq')",
    "select lo_from_bytea(0, 'a')",
    "select lo_import('/etc/hostname')",
    "select pg_read_file('postgresql.conf')",
  ])("may not do: %s", async (sql) => {
    expect(await query(sql)).toEqual(failure);
    expect(await ask({ type: "tproxy", data: [{ sql }] })).toEqual([{ error: expect.any(String) }]);
    expect(await query("select user_id as id from users")).toEqual([{ id: "ola" }]);
  });

  test("cannot put its role or its transaction off within a statement", async () => {
    const escapes = [
      "select set_config('role', 'none', false), query_to_xml('delete from users', true, true, '')",
      "select set_config('transaction_read_only', 'off', true)",
      "select set_config('session_authorization', 'postgres', false)",
      "select * from (select set_config('role', 'none', true)) a, lateral (select pg_read_file('postgresql.conf')) b",
    ];
    for (const sql of escapes) await query(sql);
    expect(await query("select current_user as me, current_setting('transaction_read_only') as reads")).toEqual([
      { me: "keepsake_reader", reads: "on" },
    ]);
    for (const sql of escapes.slice(0, 2)) expect(await query(sql)).toEqual(failure);
    expect(await query("select user_id as id from users")).toEqual([{ id: "ola" }]);
  });

  test("passes the browser's questions in front of a call", async () => {
    const preflight = { ...asPage(), "access-control-request-private-network": "true" };
    const { status, headers } = await send(studio.port, "OPTIONS", preflight);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      "access-control-allow-origin": ITS_PAGE,
      "access-control-allow-private-network": "true",
    });
  });
});

describe("everybody else is refused:", () => {
  const select = JSON.stringify({ type: "proxy", data: { sql: "select user_id as id from users" } });
  const refused = async (headers: Record<string, string>, method = "POST") => {
    const answer = await send(studio.port, method, { ...asPage(), ...headers }, method === "POST" ? select : "");
    expect(answer.text).not.toContain("ola");
    expect(answer.headers["access-control-allow-origin"] ?? ITS_PAGE).toBe(ITS_PAGE);
    return answer.status;
  };

  test.each([
    "https://evil.example",
    "null",
    "https://local.drizzle.studio.evil.example",
    "http://local.drizzle.studio",
  ])("a page of %s", async (origin) => {
    expect(await refused({ origin })).toBe(403);
    expect(await refused({ origin }, "OPTIONS")).toBe(403);
  });

  test.each(["127.0.0.1", "localhost", "evil.example", `${"0".repeat(32)}.localhost`])(
    "the name %s, as of a page that was bound anew to this machine or a program that does not know the secret",
    async (name) => expect(await refused({ host: `${name}:${studio.port}` })).toBe(403),
  );

  test("forms, and what is no question of the studio's", async () => {
    expect(await refused({ "content-type": "text/plain" })).toBe(415);
    expect(await refused({ "content-type": "multipart/form-data; boundary=a" })).toBe(415);
    expect(await refused({}, "GET")).toBe(404);
    expect((await send(studio.port, "POST", asPage(), '{"type":"eval"}')).status).toBe(400);
    expect((await send(studio.port, "POST", asPage(), " ".repeat(1_100_000))).status).toBe(413);
  });
});

test("a browser reaches it from the studio's page by its name, and from no other page", async (ctx) => {
  const path = findBrowser();
  if (path === null) return ctx.skip("no Chromium on the PATH");
  const browser = await openBrowser(path);
  try {
    const context = await browser.newContext();
    await context.grantPermissions(["local-network-access"]).catch(() => {});
    // Stands for the page of the Internet, which the tests do not load.
    await context.route("https://**", (route) => route.fulfill({ contentType: "text/html", body: "<p>page</p>" }));
    const page = await context.newPage();
    const callFrom = async (origin: string, name: string) => {
      await page.goto(`${origin}/`);
      return page.evaluate(async (url) => {
        const body = JSON.stringify({ type: "proxy", data: { sql: "select user_id as id from users", params: [] } });
        const headers = { "content-type": "application/json" };
        return await fetch(url, { method: "POST", headers, body }).then(
          (response) => response.text(),
          () => "refused",
        );
      }, `http://${name}:${studio.port}/`);
    };
    expect(await callFrom(ITS_PAGE, studio.host)).toBe('[{"id":"ola"}]');
    expect(await callFrom(ITS_PAGE, "127.0.0.1")).toBe("refused");
    expect(await callFrom("https://evil.example", studio.host)).toBe("refused");
  } finally {
    await browser.close();
  }
});

test("Ctrl-C closes it, and a second one closes by itself when its time is over", async () => {
  studio.child.kill("SIGINT");
  expect(await once(studio.child, "exit")).toEqual([0, null]);
  const short = await startStudio(database, "--minutes", "0.02");
  expect(await once(short.child, "exit")).toEqual([0, null]);
  expect(short.output()).toContain("minutes are over: the studio is closed.");
  await expect(send(short.port, "POST", {})).rejects.toThrow();
});

test("it looks in while the server runs, sees what was just stored, and holds nobody up", async () => {
  const port = String(await freePort());
  await using server = startProcess({ ...databaseEnvironment(database.config), PORT: port });
  await untilHealthy(server, `http://127.0.0.1:${port}`);
  const beside = await startStudio(database);
  const headers = { ...asPage(), host: `${beside.host}:${beside.port}` };
  const select = async (sql: string) =>
    JSON.parse((await send(beside.port, "POST", headers, JSON.stringify({ type: "proxy", data: { sql } }))).text);
  const client = createClient({ url: `http://127.0.0.1:${port}`, userId: "ola" });
  for (const content of ["The first thing", "The second thing"]) {
    await client.memory.add.mutate({ content });
    expect(await select("select content from knowledge order by id desc limit 1")).toEqual([{ content }]);
    expect(await select("delete from knowledge")).toEqual(failure);
  }
  expect((await client.memory.list.query({})).items).toHaveLength(2);
  beside.child.kill("SIGTERM");
  await once(beside.child, "exit");
});

describe.skipIf(testEngine() === "embedded")("a server's login for studio (the embedded home has none)", () => {
  test("ends with studio, or half an hour later", async () => {
    await using handle = await connect(database.config);
    const [before] = await handle.sql`select rolcanlogin from pg_roles where rolname = 'keepsake_reader'`;
    expect(before).toEqual({ rolcanlogin: false });
    const open = await startStudio(database);
    const [during] = await handle.sql`
      select rolcanlogin, rolvaliduntil < now() + interval '31 minutes' as ends, rolsuper, rolcreaterole
      from pg_roles where rolname = 'keepsake_reader'`;
    expect(during).toEqual({ rolcanlogin: true, ends: true, rolsuper: false, rolcreaterole: false });
    open.child.kill("SIGTERM");
    await once(open.child, "exit");
    const [after] = await handle.sql`select rolcanlogin from pg_roles where rolname = 'keepsake_reader'`;
    expect(after).toEqual({ rolcanlogin: false });
  });

  test("is an administrator's to make where the database's user may not, and then is used as it is", async () => {
    await using handle = await connect(database.config);
    const role = `gateway_${randomBytes(4).toString("hex")}`;
    await handle.sql.unsafe(`create role ${role} login password 'gateway'; grant all on users to ${role}`);
    const { config } = database;
    if (config.home === "embedded") throw new Error("runs on a server");
    const url = new URL(config.url);
    [url.username, url.password] = [role, "gateway"];
    const asRole = { ...database, config: { ...config, url: url.href } };
    await expect(startStudio(asRole)).rejects.toThrow(
      /Let an administrator run this[\s\S]+create role keepsake_reader/,
    );

    await handle.sql.unsafe(`revoke all on users from ${role}; grant select on users to ${role}`);
    const open = await startStudio(asRole);
    const headers = { ...asPage(), host: `${open.host}:${open.port}` };
    const question = { type: "proxy", data: { sql: "select current_user::text as me from users" } };
    const answer = await send(open.port, "POST", headers, JSON.stringify(question));
    expect(JSON.parse(answer.text)).toEqual([{ me: role }]);
    open.child.kill("SIGTERM");
    await once(open.child, "exit");
    await handle.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  });
});
