import { createClient, errorReason } from "@keepsake/client";
import { type EmbeddedConfig, sideSocketPath } from "@keepsake/db";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import postgres from "postgres";
import { expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";

const ENDLESS = "select count(*) from generate_series(1::bigint, 1000000000000000::bigint)";

test("when the embedded database hangs, calls get 503 until it is replaced, and the server goes on", {
  timeout: 240_000,
}, async (context) => {
  if (testEngine() !== "embedded") context.skip("a server ends its own statements");
  await using database = await createTestDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await using server = startProcess({ ...databaseEnvironment(database.config), PORT: String(port) });
  await untilHealthy(server, url);
  // Each refusal is looked at: a client that tries again by itself may see none.
  const client = createClient({ url, timeoutMs: 60_000, retries: 0 });
  const { id } = await client.memory.add.mutate({ content: "acknowledged before" });

  const path = (await sideSocketPath((database.config as EmbeddedConfig).dataDir)) ?? "";
  const side = postgres({ path, user: "postgres", database: "postgres", max: 1 });
  const hanging = side.unsafe(ENDLESS).catch((error: unknown) => error);
  await untilHung(server, client);
  expect(await hanging).toBeInstanceOf(Error);
  await side.end({ timeout: 0 });

  await untilReady(url);
  expect((await client.memory.get.query({ id })).content).toBe("acknowledged before");
  await client.memory.add.mutate({ content: "acknowledged after" });
  const status = await client.system.status.query();
  expect(status.database).toMatchObject({
    home: "embedded",
    durabilityProblem: null,
    checksumProblem: null,
    reopenings: 1,
  });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain("\nkeepsake_database_reopenings 1\n");
  expect(server.output()).toContain("the embedded database serves again");
  expect(server.child.exitCode).toBeNull();
});

type Server = ReturnType<typeof startProcess>;

/** Calls until the database is given up, and asserts how each of them is refused. */
async function untilHung(server: Server, client: ReturnType<typeof createClient>): Promise<void> {
  const refusals = new Set<string | null>();
  while (!server.output().includes("the embedded database stopped")) {
    const failure = await client.memory.stats.query({}).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure) refusals.add(errorReason(failure));
  }
  expect([...refusals]).toEqual(["DATABASE_UNAVAILABLE"]);
}

async function untilReady(url: string): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
}
