import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { connect, type DatabaseHandle, migrate, type ServerConfig } from "@keepsake/db";

/** A database that is thrown away afterwards. */
export interface Scratch extends AsyncDisposable {
  readonly handle: DatabaseHandle;
  /** For people: where it was. */
  readonly where: string;
}

const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * A new database with a schema and no rows: on the server where its user may create one, otherwise an embedded one in a
 * folder of its own.
 *
 * @param server null for the embedded one
 * @param folder for the embedded one; the disk has to hold what will be in it
 * @param migrations how many of the migrations it gets
 */
export async function createScratch(server: ServerConfig | null, folder: string, migrations: number): Promise<Scratch> {
  const scratch = (server && (await createOnServer(server))) ?? (await createEmbedded(folder));
  try {
    await migrate(scratch.handle, { count: migrations });
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** deploy/backup.sh names its own alike. */
const PREFIX = "keepsake_scratch_";
const TIME_DIGITS = "YYYYMMDDHHMMSS".length;
const LEFTOVER_HOURS = 6;

/** What runs left that were killed: each is the whole database a second time. */
async function dropLeftovers({ sql }: DatabaseHandle): Promise<void> {
  const left = await sql<{ name: string }[]>`
    select datname as name from pg_database d
    where datname ~ ${`^${PREFIX}[0-9]{${TIME_DIGITS}}_`} and pg_has_role(datdba, 'usage')
      and substr(datname, ${PREFIX.length + 1}, ${TIME_DIGITS})
        < to_char(now() at time zone 'UTC' - make_interval(hours => ${LEFTOVER_HOURS}), 'YYYYMMDDHH24MISS')
      and not exists (select from pg_stat_activity a where a.datname = d.datname)`;
  // One that somebody enters just then is in use.
  for (const { name } of left) await sql`drop database if exists ${sql(name)}`.catch(() => {});
}

/** Null where the user may create none, or not the extensions in it. */
async function createOnServer(server: ServerConfig): Promise<Scratch | null> {
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, TIME_DIGITS);
  const name = `${PREFIX}${time}_${randomUUID().slice(0, 8)}`;
  await using resources = new AsyncDisposableStack();
  const admin = resources.use(await connect({ ...server, poolSize: 2 }));
  await dropLeftovers(admin);
  const created = await admin.sql`create database ${admin.sql(name)} template template0`.then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === INSUFFICIENT_PRIVILEGE) return false;
      throw error;
    },
  );
  if (!created) return null;
  resources.defer(async () => void (await admin.sql`drop database if exists ${admin.sql(name)} with (force)`));
  const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const handle = await connect({ ...server, url, poolSize: 2 }).catch(() => null);
  if (handle === null) return null;
  const running = resources.use(handle) && resources.move();
  return { handle, where: "a database of the same server", [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function createEmbedded(parent: string): Promise<Scratch> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parent, "scratch-"));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const handle = resources.use(await connect({ home: "embedded", dataDir: join(folder, "data") }));
  const running = resources.move();
  return { handle, where: "an embedded database", [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
