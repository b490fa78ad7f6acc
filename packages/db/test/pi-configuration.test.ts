import { readFileSync } from "node:fs";
import postgres from "postgres";
import { expect, test } from "vitest";
import { testDatabaseUrl, testEngine } from "../testing/index.ts";

const text = readFileSync(new URL("../../../deploy/postgres.conf", import.meta.url), "utf8");
/** Settings in the file's own order and spelling. */
const wanted = [...text.matchAll(/^(\w+) = /gm)].map(([, name = ""]) => name.toLowerCase());

interface FileSetting {
  readonly name: string;
  readonly error: string | null;
}

interface ServerSetting {
  readonly name: string;
  readonly source: string;
}

/** `.ci/provision-postgres` starts the tests' PostgreSQL on the Pi's file. Another server has its own. */
async function readSettings(sql: postgres.Sql) {
  const inFile = await sql<FileSetting[]>`
    select lower(name) as name, error from pg_file_settings where sourcefile like '%/postgres.conf'`;
  const inForce = await sql<ServerSetting[]>`select lower(name) as name, source from pg_settings`;
  return { inFile, inForce: new Map(inForce.map(({ name, source }) => [name, source])) };
}

test("PostgreSQL runs on the Pi's configuration: it knows every setting and takes every value", async (ctx) => {
  if (testEngine() === "embedded") return ctx.skip("the embedded PostgreSQL is configured by its library");
  const sql = postgres(testDatabaseUrl(), { max: 1 });
  const { inFile, inForce } = await readSettings(sql).finally(() => sql.end());
  if (inFile.length === 0) return ctx.skip("this PostgreSQL has a configuration of its own");
  expect(inFile.map(({ name }) => name)).toEqual(wanted);
  // Those that the tests need otherwise are noted by PostgreSQL as overruled; their values are checked all the same.
  const overruled = wanted.filter((name) => inForce.get(name) === "command line");
  expect(inFile.filter(({ name, error }) => error !== null && !overruled.includes(name))).toEqual([]);
  expect(overruled.sort()).toEqual(["listen_addresses", "max_connections"]);
  const others = wanted.filter((name) => inForce.get(name) !== "configuration file" && !overruled.includes(name));
  expect(others).toEqual([]);
});
