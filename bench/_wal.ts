import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseHandle } from "../packages/db/src/index.ts";

/** PostgreSQL's sessions tell what they counted ten seconds after their last statement at the latest. */
const TOLD_AFTER_MS = 11_000;
const VERSION_WITH_WAL_IN_IO = 180_000;

type Sql = DatabaseHandle["sql"];

/** What a PostgreSQL has written since it was made, in its log and to the disk. */
export interface Written {
  /** Of the write-ahead log. */
  readonly bytes: number;
  /** Whole pages in it: each page's first change after a checkpoint. */
  readonly pages: number;
  /** Times that it asked the system to put something on the disk. */
  readonly syncs: number;
}

/** What was written while something was done. Pages and syncs are of the seconds until they were told, too. */
export async function measureWritten(sql: Sql, work: () => Promise<unknown>): Promise<Written> {
  const before = await readSettled(sql);
  await work();
  // The log's end is known at once; the rest is told later, and nothing is written meanwhile but what idleness writes.
  const bytes = await readLogEnd(sql);
  const after = await readSettled(sql);
  return { bytes: bytes - before.bytes, pages: after.pages - before.pages, syncs: after.syncs - before.syncs };
}

/** What was written in so many seconds, at least eleven, in which nobody else asks for anything. */
export async function measureIdle(sql: Sql, seconds: number): Promise<Written> {
  const before = await readSettled(sql);
  await sleep(Math.max(seconds * 1000 - TOLD_AFTER_MS, 0));
  const after = await readSettled(sql);
  return {
    bytes: after.bytes - before.bytes,
    pages: after.pages - before.pages,
    syncs: after.syncs - before.syncs,
  };
}

async function readSettled(sql: Sql): Promise<Written> {
  await sleep(TOLD_AFTER_MS);
  const [version] = await sql<[{ number: number }]>`select current_setting('server_version_num')::int as number`;
  const ofLog = version.number < VERSION_WITH_WAL_IN_IO ? "wal_sync" : "0";
  const [row] = await sql.unsafe<[{ pages: string; syncs: string }]>(
    `select wal_fpi::text as pages, (${ofLog} + (select coalesce(sum(fsyncs), 0) from pg_stat_io))::text as syncs
      from pg_stat_wal`,
  );
  return { bytes: await readLogEnd(sql), pages: Number(row.pages), syncs: Number(row.syncs) };
}

async function readLogEnd(sql: Sql): Promise<number> {
  const [row] = await sql<[{ bytes: string }]>`select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`;
  return Number(row.bytes);
}
