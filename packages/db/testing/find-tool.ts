import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Finds a program that tests run and the project does not bring: what `.ci/provision-postgres` has unpacked, which fits
 * its PostgreSQL, before what the machine has.
 *
 * @returns its path; null when it is nowhere
 */
export function findTool(name: string): string | null {
  const provisioned = join(process.env["KEEPSAKE_CI_CACHE"] || "/var/cache/keepsake-ci", "bin");
  const folders = [provisioned, ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
