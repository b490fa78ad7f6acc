import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, migrate } from "@keepsake/db";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import { expect, test } from "vitest";
import { nextLine, startChild } from "./_child.ts";

const KILLS = 4;

test("a row that was acknowledged is there after kill -9", { timeout: 120_000 }, async () => {
  await using database = await createTestDatabase();
  const acknowledged = new Set<number>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using writer = startChild("_write-rows.ts", database.config);
    writer.lines.on("line", (line) => acknowledged.add(Number(line)));
    await nextLine(writer);
    await sleep(200 + Math.random() * 500);
    await writer.kill();
  }
  await using handle = await connect(database.config);
  const rows = await handle.sql<{ id: number }[]>`select id from written`;
  const stored = new Set(rows.map(({ id }) => id));
  expect(acknowledged.size).toBeGreaterThan(KILLS * 10);
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  // At most what was under way in each of the killed processes.
  expect(stored.size - acknowledged.size).toBeLessThanOrEqual(KILLS * 4);
});

test("a first start that is killed at any moment is completed by the next one", { timeout: 180_000 }, async (ctx) => {
  if (testEngine() !== "embedded") ctx.skip("only the embedded home creates its database");
  const parent = await mkdtemp(join(tmpdir(), "keepsake-test-"));
  const config = { home: "embedded", dataDir: join(parent, "data") } as const;
  // A first start takes seconds on any machine; these fall before, into and after the copying of its files.
  for (const delayMs of [100, 700, 1400, 2100, 2800]) {
    await using child = startChild("_open-once.ts", config);
    await nextLine(child);
    await sleep(delayMs);
    await child.kill();
  }
  {
    await using handle = await connect(config);
    expect((await migrate(handle)).applied).not.toEqual([]);
  }
  await rm(parent, { recursive: true });
});
