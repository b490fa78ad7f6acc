import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DamagedFolderError } from "../database-error.ts";

/** Where PGlite's WebAssembly sees the cluster's folder. */
const INSIDE = "/pglite/data";

/** What PostgreSQL says without naming a file, and the file or folder that it means. */
const FILES: readonly (readonly [said: RegExp, file: string])[] = [
  [/control file/, "global/pg_control"],
  [/checkpoint record|write-ahead log|\bWAL\b/i, "pg_wal"],
  [/status of transaction/, "pg_xact"],
  [/^database "postgres" does not exist/, "base/5"],
];
/** What PGlite says when PostgreSQL broke off without a word. */
const WORDLESS = /^(Aborted|PGlite failed to initialize|RuntimeError|unreachable|memory access|null function)/i;

/** Stands beside a backup that was restored and compared; the names sort by time. */
const MANIFEST = /^keepsake-\d{8}T\d{6}Z\.json$/;

/** The error for a folder that cannot be opened as it is. */
export function damaged(path: string, reason: string, cause?: unknown): DamagedFolderError {
  return new DamagedFolderError(
    `The embedded PostgreSQL cannot open ${path} (${reason}): the folder is damaged, and nothing in it was deleted. "keepsake restore latest --replace" puts the newest backup${findNewestBackup(path)} in its place and keeps what is there; KEEPSAKE_DATA_DIR chooses another folder.`,
    { cause },
  );
}

/** Where the newest verified backup lies, when it lies where they do unless told otherwise. */
function findNewestBackup(path: string): string {
  const folder = join(dirname(path), "backups");
  try {
    const newest = readdirSync(folder)
      .filter((name) => MANIFEST.test(name))
      .sort()
      .at(-1);
    return newest === undefined ? "" : ` (${join(folder, newest.replace(/json$/, "jsonl.zst"))})`;
  } catch {
    return "";
  }
}

/** PostgreSQL's reason, with the file where it can be known. */
export function toFileReason(reason: string, path: string): string {
  const said = WORDLESS.test(reason) ? "PostgreSQL broke off without saying why" : reason.replaceAll(INSIDE, path);
  const file = FILES.find(([words]) => words.test(said))?.[1];
  return file === undefined || said.includes(file) ? said : `${said}, ${file}`;
}
