import { randomInt, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBackup } from "../../apps/api/src/backup/make-backup.ts";
import { restoreBackup } from "../../apps/api/src/backup/restore-backup.ts";
import { checkBackupFile, verifyBackup } from "../../apps/api/src/backup/verify-backup.ts";
import { connect, type DatabaseHandle } from "../../packages/db/src/index.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";

const DAMAGES = { full: 1_000, short: 60 };
const MEMORIES = { full: 20_000, short: 400 };
const DIMENSIONS = 64;

/** A way to look at a backup that fails when it is damaged. */
type Check = (path: string) => Promise<unknown>;

/** Flipped bits and cut ends, each of which has to be found; then the backup itself, restored into another home. */
export const drill: Drill = {
  name: "backup-damage",
  title: "A backup is made, verified, damaged in every way, and restored into another home",
  homes: ["embedded", "postgres"],
  run: (options) => damageInRounds(options, checkBackupFile),
  controls: [
    {
      title: "a check that trusts the table of contents",
      homes: ["embedded", "postgres"],
      run: (options) => damageInRounds(options, async (path) => assertBegins(path)),
    },
  ],
};

/** As `pg_restore --list` does: the beginning tells of all that was meant to be there. */
async function assertBegins(path: string): Promise<void> {
  const start = (await readFile(path)).subarray(0, 4).toString("hex");
  if (start !== "28b52ffd") throw new Error("It does not begin as an archive does.");
}

async function damageInRounds({ full, log }: DrillOptions, check: Check): Promise<Outcome> {
  const [damages, memories] = full ? [DAMAGES.full, MEMORIES.full] : [DAMAGES.short, MEMORIES.short];
  await using database = await createTestDatabase();
  await using handle = await connect(database.config);
  await fill(handle, memories);
  const folder = await mkdtemp(join(tmpdir(), "keepsake-drill-"));
  try {
    log(`backing up ${memories} memories`);
    const { path, rows } = await makeBackup({ config: database.config, handle, folder, keep: null });
    await verifyBackup(
      path,
      database.config.home === "server" ? database.config : null,
      folder,
      AbortSignal.timeout(600_000),
    );
    log(`damaging it ${damages} times`);
    const found = await countFound(path, damages, check);
    log("restoring it into another home");
    const restored = await restoreElsewhere(path, folder);
    const failures = [
      ...(found < damages ? [`${damages - found} of ${damages} damages were not found`] : []),
      ...(restored === rows ? [] : [`${restored} of ${rows} rows were restored`]),
    ];
    return { counts: { "rows backed up": rows, damages, found, "rows restored and compared": restored }, failures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function countFound(path: string, damages: number, check: Check): Promise<number> {
  const good = await readFile(path);
  let found = 0;
  for (let round = 0; round < damages; round += 1) {
    await writeFile(path, round % 4 === 0 ? cut(good) : flip(good));
    found += await check(path).then(
      () => 0,
      () => 1,
    );
  }
  await writeFile(path, good);
  return found;
}

const cut = (good: Buffer) => good.subarray(0, randomInt(good.length));

function flip(good: Buffer): Buffer {
  const damaged = Buffer.from(good);
  const at = randomInt(good.length);
  damaged[at] = (damaged[at] ?? 0) ^ (1 << randomInt(8));
  return damaged;
}

/** Into an embedded home, whatever it comes from. */
async function restoreElsewhere(path: string, parent: string): Promise<number> {
  const { trailer } = await restoreBackup({
    config: { home: "embedded", dataDir: join(parent, `home-${randomUUID()}`) },
    path,
    replace: false,
    restorePointFolder: null,
    isWithoutRestorePoint: false,
    signal: AbortSignal.timeout(600_000),
    note: () => {},
  });
  return trailer.records;
}

/** Memories of ten users with vectors, by SQL: it is the backup that is tried here. */
async function fill({ sql }: DatabaseHandle, memories: number): Promise<void> {
  await sql`insert into embedding_spaces (model, dimensions, recipe, state) values ('drill', ${DIMENSIONS}, 'v1', 'active')`;
  await sql`insert into users (user_id) select 'user' || i from generate_series(0, 9) i`;
  await sql`
    insert into knowledge (user_id, id, content, content_hash, tags, metadata)
    select 'user' || i % 10, gen_random_uuid(), 'What was said number ' || i || ': ' || repeat(md5(i::text), 6), md5(i::text),
      array['one', 'two'], jsonb_build_object('number', i)
    from generate_series(1, ${memories}::int) i`;
  await sql`
    insert into embeddings (user_id, space_id, item_type, item_id, embedding)
    select user_id, (select id from embedding_spaces), 'knowledge', id,
      (select array_agg(sin(hashtext(id::text || n))::real) from generate_series(1, ${DIMENSIONS}::int) n)::vector
    from knowledge`;
}
