import { createClient } from "@keepsake/client";
import { startPrivateCluster, testEngine, whyNoPrivateCluster } from "@keepsake/db/testing";
import { expect, test } from "vitest";
import { freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";

const why = testEngine() === "postgres" ? whyNoPrivateCluster() : "nobody can give the embedded database checksums";

test("a server on a PostgreSQL without data checksums is ready, and says what that means", async (context) => {
  if (why !== null) return context.skip(why);
  await using cluster = await startPrivateCluster({ hasChecksums: false });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await using server = startProcess({ DATABASE_URL: cluster.url, PORT: String(port) });
  await untilHealthy(server, url);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  const problem = expect.stringMatching(/no checksums of its data pages.*pg_checksums --enable/);
  const database = { durabilityProblem: null, checksumProblem: problem };
  expect(await ready.json()).toMatchObject({ ready: true, database });
  const status = await createClient({ url }).system.status.query();
  expect(status.database).toMatchObject({ home: "server", ...database });
}, 120_000);
