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

/** Null where the user may create none, or not the extensions in it. */
async function createOnServer(server: ServerConfig): Promise<Scratch | null> {
  const name = `keepsake_scratch_${randomUUID().slice(0, 8)}`;
  await using resources = new AsyncDisposableStack();
  const admin = resources.use(await connect({ ...server, poolSize: 2 }));
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
