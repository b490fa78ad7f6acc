import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  clusterRoot,
  type PrivateCluster,
  startPrivateCluster,
  whyNoPrivateCluster,
} from "../../packages/db/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, serverConfig, startDrillServer } from "./drill-server.ts";
import { type LoopDisk, makeLoopDisk, whyNoLoopDisk } from "./loop-disk.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const DISK_MB = 768;
const CUTS = { full: 50, short: 2, control: 1 };
const WRITERS = 16;
const USERS = 4;
const CUT_WITHIN_MS = 2_500;
/** Something has to be there that can be lost. */
const ACKNOWLEDGED_MIN = 40;

/** A power cut at any moment: what PostgreSQL's disk holds then has every acknowledged write, once. */
export const drill: Drill = {
  name: "power-cut-postgres",
  title: "The power of PostgreSQL's machine is cut while 16 writers make changes of every kind",
  homes: ["postgres"],
  whyNot: () => whyNoPrivateCluster() ?? whyNoLoopDisk(),
  run: (options) => cutInRounds(options, options.full ? CUTS.full : CUTS.short, {}),
  controls: [
    {
      title: "fsync off",
      homes: ["postgres"],
      run: (options) => cutInRounds(options, CUTS.control, { fsync: "off" }),
    },
  ],
};

async function cutInRounds({ log }: DrillOptions, cuts: number, settings: Record<string, string>): Promise<Outcome> {
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const counts = { cuts: 0, acknowledged: 0, lost: 0, doubled: 0, "broken rules": 0, unopenable: 0 };
  const folder = mkdtempSync(join(clusterRoot(), "keepsake-power-"));
  let disk = passable(await makeLoopDisk(DISK_MB, folder), folder);
  let cluster: PrivateCluster | null = null;
  let isCut = false;
  try {
    cluster = await startPrivateCluster({ settings, home: disk.folder, isSynced: true });
    for (; counts.cuts < cuts; counts.cuts += 1) {
      await using server = await startDrillServer(cluster.url, { KEEPSAKE_DURABILITY: "relaxed" });
      await crew.settle(server.url);
      const before = crew.acknowledged.length;
      crew.start(server.url);
      while (crew.acknowledged.length < before + ACKNOWLEDGED_MIN) await sleep(20);
      await sleep(Math.random() * CUT_WITHIN_MS);
      disk = passable(await disk.cutPower(cluster.processes()), folder);
      isCut = true;
      server.process.kill("SIGKILL");
      await crew.stop();
      await cluster.kill();
      cluster = cluster.on(disk.folder);
      await cluster.start();
      log(`cut ${counts.cuts + 1} of ${cuts}, ${crew.acknowledged.length} acknowledged`);
    }
    return await compare(cluster, crew, counts);
  } catch (error) {
    // Before the first cut nothing has been damaged: the drill itself is at fault.
    if (!isCut) throw error;
    const failures = [`PostgreSQL does not open what the cut has left: ${String(error).slice(0, 600)}`];
    return { counts: { ...counts, acknowledged: crew.acknowledged.length, unopenable: 1 }, failures };
  } finally {
    await cluster?.kill();
    await disk[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** PostgreSQL's user has to come through to its folder. */
function passable(disk: LoopDisk, folder: string): LoopDisk {
  for (const path of [folder, dirname(disk.folder)]) chmodSync(path, 0o755);
  return disk;
}

async function compare(cluster: PrivateCluster, crew: Crew, counts: Record<string, number>): Promise<Outcome> {
  const { lost, doubled, broken } = await lookInto(serverConfig(cluster.url), (sql) =>
    compareWithStored(sql, crew.acknowledged),
  );
  return {
    counts: {
      ...counts,
      acknowledged: crew.acknowledged.length,
      lost: lost.length,
      doubled: doubled.length,
      "broken rules": broken.length,
    },
    failures: [...toFailures({ lost, doubled, broken }), ...crew.log.wrong],
  };
}
