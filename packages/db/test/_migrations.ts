import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseHandle } from "@keepsake/db";

/** One migration to write: its tag and its SQL, and its place in time when it is not the next one. */
export interface MigrationDraft {
  readonly tag: string;
  readonly sql: string;
  readonly when?: number;
}

/** A folder of migrations as drizzle-kit would write it. Disposing of it deletes it. */
export interface MigrationsFolder extends AsyncDisposable {
  readonly path: string;
  /** Replaces the folder's content. */
  write(drafts: readonly MigrationDraft[]): Promise<void>;
}

export async function createMigrationsFolder(drafts: readonly MigrationDraft[]): Promise<MigrationsFolder> {
  const path = await mkdtemp(join(tmpdir(), "keepsake-migrations-"));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const write = async (content: readonly MigrationDraft[]): Promise<void> => {
    await remove();
    await mkdir(join(path, "meta"), { recursive: true });
    for (const { tag, sql } of content) await writeFile(join(path, `${tag}.sql`), sql);
    await writeFile(join(path, "meta", "_journal.json"), JSON.stringify({ version: "7", entries: toEntries(content) }));
  };
  await write(drafts);
  return { path, write, [Symbol.asyncDispose]: remove };
}

function toEntries(drafts: readonly MigrationDraft[]) {
  return drafts.map(({ tag, when }, idx) => ({ idx, version: "7", when: when ?? 1000 + idx, tag, breakpoints: true }));
}

/** As if nothing had ever been migrated: much quicker than another database. */
export async function emptyDatabase({ sql }: DatabaseHandle): Promise<void> {
  await sql.unsafe("drop schema if exists drizzle cascade; drop schema public cascade; create schema public;");
}
