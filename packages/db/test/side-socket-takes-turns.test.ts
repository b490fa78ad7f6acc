import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { connect, type DatabaseHandle, type EmbeddedConfig, SIDE_READER, sideSocketPath } from "@keepsake/db";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** The socket's name holds the port, as PostgreSQL's tools want it. */
const SIDE_PORT = 5433;

describe.skipIf(testEngine() !== "embedded")(
  "others look in while the server runs (a server takes any number of clients itself)",
  () => {
    let database: TestDatabase;
    let handle: DatabaseHandle;
    let dataDir: string;
    const clients: postgres.Sql[] = [];

    beforeAll(async () => {
      database = await createTestDatabase();
      ({ dataDir } = database.config as EmbeddedConfig);
      handle = await connect(database.config);
      await handle.sql`create table counted (id int primary key, by text not null)`;
    });
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.end({ timeout: 1 })));
      await handle[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    async function openSide(options: postgres.Options<Record<string, never>> = {}): Promise<postgres.Sql> {
      const path = (await sideSocketPath(dataDir)) ?? "";
      const client = postgres({ path, user: "postgres", database: "postgres", max: 1, onnotice: () => {}, ...options });
      clients.push(client);
      return client;
    }

    test("the path is told while the folder is open, in a folder for this user alone", async () => {
      const path = (await sideSocketPath(dataDir)) ?? "";
      expect(path).toMatch(new RegExp(`\\.s\\.PGSQL\\.${SIDE_PORT}$`));
      expect((await stat(dirname(path))).mode & 0o077).toBe(0);
    });

    test("statements of several clients and of the server, prepared and not, never get into each other's way", async () => {
      const [first, second] = [await openSide(), await openSide()];
      const ask = async (sql: postgres.Sql, by: string, from: number) => {
        for (let id = from; id < from + 40; id += 1) {
          await sql`insert into counted values (${id}, ${by})`;
          const [row] = await sql<{ by: string }[]>`select by, ${"text"}::text as text from counted where id = ${id}`;
          expect(row?.by).toBe(by);
        }
      };
      await Promise.all([ask(handle.sql, "server", 0), ask(first, "first", 100), ask(second, "second", 200)]);
      const rows = await handle.sql`select by, count(*)::int as count from counted group by by order by by`;
      expect(rows.map(({ by, count }) => [by, count])).toEqual([
        ["first", 40],
        ["second", 40],
        ["server", 40],
      ]);
    });

    test("a transaction is whole: the server waits for it, sees nothing of it before its end, and is not part of it", async () => {
      const side = await openSide();
      const order: string[] = [];
      await side.begin(async (tx) => {
        await tx`insert into counted values (1000, 'side')`;
        void handle.sql`insert into counted values (1001, 'server')`.then(() => order.push("server"));
        await tx`select pg_sleep(0.2)`;
        order.push("side");
        await tx`rollback`;
      });
      expect(await handle.sql`select id from counted where id in (1000, 1001)`).toEqual([{ id: 1001 }]);
      expect(order).toEqual(["side", "server"]);
    });

    test("settings are each client's own, and gone with it", async () => {
      const side = await openSide();
      await side`select set_config('search_path', '', false)`;
      await side`set role pg_read_all_data`;
      const pathOf = async (sql: postgres.Sql) => (await sql`show search_path`)[0]?.["search_path"];
      expect(await pathOf(handle.sql)).toBe("public");
      expect((await handle.sql`select current_user::text as name`)[0]?.["name"]).toBe("postgres");
      expect(await pathOf(side)).toBe("");
      expect((await side`select current_user::text as name`)[0]?.["name"]).toBe("pg_read_all_data");
      const asked = await openSide({ connection: { options: "-c search_path=pg_catalog" } as never });
      expect(await pathOf(asked)).toBe("pg_catalog");
      await asked.end();
      expect(await pathOf(handle.sql)).toBe("public");
    });

    test("a client that leaves in the midst of a transaction leaves nothing of it", async () => {
      const side = await openSide();
      const begun = Promise.withResolvers<void>();
      const left = side
        .begin(async (tx) => {
          await tx`insert into counted values (2000, 'side')`;
          begun.resolve();
          await Promise.withResolvers().promise;
        })
        .catch(() => "left");
      await begun.promise;
      await side.end({ timeout: 0 });
      expect(await handle.sql`select id from counted where id = 2000`).toEqual([]);
      expect(await left).toBe("left");
    });

    test("a transaction for which the server waits too long is rolled back and its client told", {
      timeout: 60_000,
    }, async () => {
      const side = await openSide();
      const held = Promise.withResolvers<void>();
      const cut = side.begin(async (tx) => {
        await tx`insert into counted values (3000, 'side')`;
        held.resolve();
        await tx.unsafe("select 1");
        await new Promise((resolve) => setTimeout(resolve, 20_000));
        await tx`select 2`;
      });
      const refusal = expect(cut).rejects.toThrow();
      await held.promise;
      expect(await handle.sql`select id from counted where id = 3000`).toEqual([]);
      await refusal;
    });

    test("a reader reads, and can neither write nor make itself one that may", async () => {
      const reader = await openSide({ user: SIDE_READER });
      expect(await reader`select count(*)::int as count from counted where by = ${"first"}`).toEqual([{ count: 40 }]);
      const attempts = [
        "insert into counted values (4000, 'reader')",
        "with x as (insert into counted values (4000, 'reader') returning id) select * from x",
        "begin read write",
        "select set_config('default_transaction_read_only', 'off', false); commit; with x as (insert into counted values (4000, 'r') returning id) select * from x",
        "set default_transaction_read_only = off",
        "set session characteristics as transaction read write",
        "do $$ begin insert into counted values (4000, 'reader'); end $$",
        "copy counted from '/etc/passwd'",
        "/* select */ delete from counted",
        "drop table counted",
      ];
      for (const attempt of attempts) await expect(reader.unsafe(attempt), attempt).rejects.toThrow();
      await reader.unsafe("select set_config('default_transaction' || '_read_only', 'off', false)");
      await expect(reader.unsafe("with x as (delete from counted returning id) select * from x")).rejects.toThrow(
        "read-only",
      );
      expect(await handle.sql`select id from counted where id = 4000`).toEqual([]);
      expect(await handle.sql`insert into counted values (4001, 'server') returning id`).toEqual([{ id: 4001 }]);
    });

    test("nobody throws away the server's statements", async () => {
      const side = await openSide();
      await expect(side.unsafe("discard all")).rejects.toThrow("use RESET ALL");
      await expect(side.unsafe("deallocate all")).rejects.toThrow("use RESET ALL");
    });
  },
);
