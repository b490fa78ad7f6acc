import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type ServerConfig } from "../src/index.ts";
import { type PrivateCluster, startPrivateCluster, testEngine, whyNoPrivateCluster } from "../testing/index.ts";

const why = testEngine() === "postgres" ? whyNoPrivateCluster() : "the embedded database has no settings of its own";

describe.skipIf(why !== null)(`a server that may lose what it acknowledged${why === null ? "" : ` (${why})`}`, () => {
  let cluster: PrivateCluster;
  beforeAll(async () => {
    cluster = await startPrivateCluster({ settings: { fsync: "off", synchronous_commit: "off" } });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const config = (durability?: ServerConfig["durability"]): ServerConfig => ({
    home: "server",
    url: cluster.url,
    poolSize: 2,
    connectTimeoutMs: 15_000,
    statementTimeoutMs: 30_000,
    ...(durability && { durability }),
  });

  test("is refused with the settings, what they risk, and what to do", async () => {
    const refused = connect(config());
    await expect(refused).rejects.toThrow(/runs with fsync and synchronous_commit off/);
    await expect(refused).rejects.toThrow(/KEEPSAKE_DURABILITY=relaxed/);
  });

  test("is used when that is asked for, and tells its risks", async () => {
    await using handle = await connect(config("relaxed"));
    expect(handle.durabilityProblem).toMatch(/fsync and synchronous_commit off: what is acknowledged may be lost/);
  });

  test("is refused when only this database has it so", async () => {
    await using well = await startPrivateCluster();
    await using handle = await connect({ ...config(), url: well.url });
    expect(handle.durabilityProblem).toBeNull();
    expect(handle.checksumProblem).toBeNull();
    await handle.sql.unsafe("alter database postgres set synchronous_commit = off");
    await expect(connect({ ...config(), url: well.url })).rejects.toThrow("synchronous_commit off");
  });

  test("is used without checksums of its pages, and says so", async () => {
    await using bare = await startPrivateCluster({ hasChecksums: false });
    await using handle = await connect({ ...config(), url: bare.url });
    expect(handle.durabilityProblem).toBeNull();
    expect(handle.checksumProblem).toMatch(/no checksums of its data pages.*pg_checksums --enable/);
  });
});
