import { mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { type DatabaseConfig, makeFolder, migrate } from "@keepsake/db";
import { withArchiveFile, writeArchiveFile } from "../archive/archive-file.ts";
import type { ArchiveHeader } from "../archive/archive-format.ts";
import { exportArchive } from "../archive/export-archive.ts";
import { fillDatabase } from "../archive/fill-database.ts";
import { createScratch } from "./scratch-database.ts";

/** An archive that a database can take as it is. Disposing of it removes what was made for it. */
export interface CurrentArchive extends AsyncDisposable {
  readonly path: string;
  readonly header: ArchiveHeader;
}

/** For which database, and where there is room. */
export interface BringUpToDateOptions {
  /** Where a scratch database may be made: on the same server where its user may, otherwise an embedded one. */
  readonly config: DatabaseConfig;
  /** The schema that the archive is to have. */
  readonly schema: ArchiveHeader["schema"];
  /** A folder that takes the archive once more, and an embedded scratch database. */
  readonly parent: string;
  readonly signal: AbortSignal;
  note(step: string): void;
}

/**
 * An archive of an older schema is restored at that schema into a scratch database, with every table compared, migrated
 * there, and written again. Any other is given back as it is: who reads it refuses a newer one.
 *
 * @throws ArchiveError, Error: nothing is left behind
 */
export async function bringUpToDate(path: string, options: BringUpToDateOptions): Promise<CurrentArchive> {
  const header = await withArchiveFile(path, async (archive) => archive.header);
  if (header.schema.migrations >= options.schema.migrations) {
    return { path, header, [Symbol.asyncDispose]: async () => {} };
  }
  options.note(`bringing the archive from ${header.schema.last} up to date …`);
  await using resources = new AsyncDisposableStack();
  await makeFolder(options.parent);
  const folder = await mkdtemp(join(options.parent, "scratch-"));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const upgraded = join(folder, basename(path));
  const written = await upgrade(path, upgraded, folder, header, options);
  const kept = resources.move();
  return { path: upgraded, header: written, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function upgrade(
  from: string,
  to: string,
  folder: string,
  { schema, scope, user, vectors }: ArchiveHeader,
  { config, signal }: BringUpToDateOptions,
): Promise<ArchiveHeader> {
  await using scratch = await createScratch(config.home === "server" ? config : null, folder, schema.migrations);
  await using session = scratch.handle.openSession();
  await session.sql.begin((tx) => fillDatabase(tx, from, signal));
  await migrate(scratch.handle);
  const lines = exportArchive(session.sql, scratch.handle.home, { scope, userId: user, withVectors: vectors, signal });
  return (await writeArchiveFile(to, lines)).header;
}
