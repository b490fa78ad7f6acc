import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { DatabaseHandle } from "@keepsake/db";
import { writeArchiveFile } from "../../archive/archive-file.ts";
import { type ExportOptions, exportArchive } from "../../archive/export-archive.ts";
import { isUserId } from "../../archive/user-id.ts";
import { defineCommand, type OptionValues, UsageError } from "../command.ts";
import { openDatabase, readConfig, timestamp } from "../open-database.ts";

const options = {
  user: { type: "string", value: "ID", meaning: "everything of this user" },
  all: { type: "boolean", meaning: "everything of everybody, without tokens" },
  "without-vectors": { type: "boolean", meaning: "a tenth as large; the vectors are made again after the import" },
} as const;

/** `keepsake export`. */
export const exportCommand = defineCommand({
  name: "export",
  summary: "writes everything of one user, or of all, into an archive that import reads",
  positionals: ["[FILE]"],
  options,
  details: `FILE is keepsake-WHO-TIME.jsonl.zst without one. It is JSON Lines, compressed by zstd: a header, a row a line with its
hash, and a last line with counts and checksums. On a PostgreSQL server the Keepsake may run meanwhile: it is one snapshot.`,
  async run({ values, positionals, env, signal, say, note }) {
    const what = toOptions(values);
    const path = positionals[0] ?? `keepsake-${values.user ?? "all"}-${timestamp(new Date())}.jsonl.zst`;
    if (existsSync(path)) throw new Error(`${path} is there already: name another file, or remove it.`);
    await using handle = await openDatabase(readConfig(env).database, { note });
    if (values.user !== undefined) await assertUser(handle, values.user);
    await using session = handle.openSession();
    const { trailer } = await writeArchiveFile(path, exportArchive(session.sql, handle.home, { ...what, signal }));
    for (const [name, { rows }] of Object.entries(trailer.tables)) if (rows > 0) say(`${name.padEnd(24)} ${rows}`);
    say(`${path}: ${trailer.records} rows, ${(await stat(path)).size} bytes, read back by the database's own sums.`);
    return 0;
  },
});

/** A slip in the name would otherwise be an archive of nothing. */
async function assertUser({ sql }: DatabaseHandle, userId: string): Promise<void> {
  const found = await sql`select from public.users where user_id = ${userId}`;
  if (found.length === 0) throw new Error(`There is no user ${userId} in this database.`);
}

function toOptions(values: OptionValues<typeof options>): ExportOptions {
  const { user, all } = values;
  if ((user === undefined) !== all) throw new UsageError("keepsake export needs --user ID or --all, and not both.");
  if (user !== undefined && !isUserId(user)) throw new UsageError(`${JSON.stringify(user)} is no user's id.`);
  return { scope: all ? "all" : "user", userId: user ?? null, withVectors: !values["without-vectors"] };
}
