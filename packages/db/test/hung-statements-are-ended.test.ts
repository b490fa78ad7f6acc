import { setTimeout as sleep } from "node:timers/promises";
import { connect, type EmbeddedConfig } from "@keepsake/db";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import { describe, expect, test } from "vitest";

/** Openings take seconds each on a busy or small machine. */
const TIMEOUT_MS = 180_000;
const LIMIT_MS = 1500;
/** Counts to the end of its days. */
const ENDLESS = "select count(*) from generate_series(1::bigint, 1000000000000000::bigint)";

describe.skipIf(testEngine() !== "embedded")(
  "a statement that hangs (a server has statement_timeout, and ends it itself)",
  { timeout: TIMEOUT_MS },
  () => {
    async function openDatabase() {
      const database = await createTestDatabase();
      const told: string[] = [];
      const handle = await connect(
        { ...(database.config as EmbeddedConfig), statementLimitMs: LIMIT_MS },
        {
          onLost: (reason) => told.push(`lost: ${reason}`),
          onReopened: (count) => told.push(`reopened ${count}`),
          onFatal: (error) => told.push(`fatal: ${error.message}`),
        },
      );
      const untilReopened = async (count: number) => {
        while (handle.reopenings() < count && !told.some((line) => line.startsWith("fatal"))) await sleep(50);
      };
      return {
        handle,
        told,
        untilReopened,
        [Symbol.asyncDispose]: async () => {
          await handle[Symbol.asyncDispose]();
          await database[Symbol.asyncDispose]();
        },
      };
    }

    test("is ended with the worker, which is replaced: nothing acknowledged is lost, what was under way fails", async () => {
      await using open = await openDatabase();
      const { handle, told, untilReopened } = open;
      for (let round = 1; round <= 2; round += 1) {
        await handle.sql`insert into users (user_id) values (${`kept-${round}`})`;
        const unfinished = handle.sql.begin(async (tx) => {
          await tx`insert into users (user_id) values (${`unfinished-${round}`})`;
          await tx.unsafe(ENDLESS);
        });
        const waiting = handle.sql`select 1`.execute();
        await expect(unfinished).rejects.toThrow(/CONNECTION_CLOSED|CONNECTION_ENDED/);
        await waiting.catch(() => {});
        await untilReopened(round);
        const rows = await handle.sql<{ user_id: string }[]>`select user_id from users order by 1`;
        expect(rows.map(({ user_id }) => user_id)).toEqual(["kept-1", "kept-2"].slice(0, round));
      }
      expect(told).toEqual([
        expect.stringMatching(/^lost: a statement took longer/),
        "reopened 1",
        expect.stringMatching(/^lost: a statement took longer/),
        "reopened 2",
      ]);
    });

    test("may take what its transaction names by statement_timeout", async () => {
      await using open = await openDatabase();
      const { handle, told } = open;
      await handle.sql.begin(async (tx) => {
        await tx.unsafe("set local statement_timeout = 60000");
        await tx`select pg_sleep(2.5)`;
      });
      expect(told).toEqual([]);
      await expect(handle.sql`select pg_sleep(60)`).rejects.toThrow("CONNECTION_");
      await open.untilReopened(1);
      await handle.ping(5000);
    });

    test("JSON nested sixty thousand times is refused or stored, and the next statement works", async () => {
      await using open = await openDatabase();
      const { handle, told } = open;
      const nested = "[".repeat(60_000) + "]".repeat(60_000);
      await handle.sql`select ${nested}::text::jsonb`.catch(() => {});
      await open.untilReopened(told.length > 0 ? 1 : 0);
      await handle.sql`insert into users (user_id) values ('after')`;
      expect(await handle.sql`select user_id from users`).toEqual([{ user_id: "after" }]);
    });
  },
);
