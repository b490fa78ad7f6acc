import { randomUUID } from "node:crypto";
import { createClient } from "@keepsake/client";
import { createTestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import postgres from "postgres";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { eventually, testConfig } from "./_keepsake-server.ts";

const MEMORIES = 60;

/** Databases of a real PostgreSQL with what a household has, each a copy of the same. */
export interface FilledDatabases extends AsyncDisposable {
  /** A new copy, with a short name. It is dropped at the end, and what restoring left beside it. */
  copy(): Promise<string>;
  /** The URL of a database of the same server. */
  urlOf(name: string): string;
}

/** Fills one by a server: memories of two users, changed and forgotten ones, with vectors. */
export async function fillDatabases(): Promise<FilledDatabases> {
  await using resources = new AsyncDisposableStack();
  const { config } = resources.use(await createTestDatabase());
  if (config.home !== "server") throw new Error("backups are of a PostgreSQL server");
  await fill(config);
  const admin = postgres(config.url, { max: 1, onnotice: () => {}, database: "postgres" });
  resources.defer(() => admin.end({ timeout: 5 }));
  const family = `kb${randomUUID().slice(0, 6)}`;
  resources.defer(() => dropFamily(admin, family));
  const running = resources.move();
  let copies = 0;
  return {
    async copy() {
      copies += 1;
      const name = `${family}_${copies}`;
      await admin`create database ${admin(name)} template ${admin(new URL(config.url).pathname.slice(1))}`;
      return name;
    },
    urlOf: (name) => Object.assign(new URL(config.url), { pathname: `/${name}` }).href,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function fill(database: Parameters<typeof testConfig>[0]): Promise<void> {
  const ollama = await startFakeOllama();
  const config = testConfig(database, { ollamaUrl: ollama.url });
  {
    await using keepsake = await startKeepsake(config, createLogger(config.logging));
    for (const userId of ["ola", "jan"]) {
      const { memory } = createClient({ url: keepsake.url, userId });
      const items = Array.from({ length: MEMORIES }, (_, number) => ({ content: `${userId}: żarówka nr ${number}` }));
      const { results } = await memory.addMany.mutate({ items });
      await memory.update.mutate({ id: results[0]?.id ?? "", content: `${userId}: światło 💡` });
      await memory.forget.mutate({ id: results[1]?.id ?? "" });
      await eventually("all have vectors", async () => (await memory.stats.query()).embeddings.pending === 0);
    }
  }
  await ollama.close();
}

async function dropFamily(admin: postgres.Sql, family: string): Promise<void> {
  const names = await admin<{ datname: string }[]>`select datname from pg_database where datname like ${`${family}%`}`;
  for (const { datname } of names) await admin`drop database ${admin(datname)} with (force)`;
}

/** Rows and a checksum of each table, whichever schema it is in: what two equal databases have in common. */
export async function fingerprint(url: string): Promise<Record<string, string>> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
    const found: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await sql.unsafe<[{ state: string }]>(
        `select count(*) || ' ' || coalesce(md5(string_agg(t::text, e'\\n' order by t::text collate "C")), '') as state
         from ${name} t`,
      );
      found[name] = row.state;
    }
    return found;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
