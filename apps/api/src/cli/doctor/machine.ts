import { readFileSync, statSync } from "node:fs";

/** A file of the system's or of the operator's, or null where it is not or may not be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** A file's permission bits, or null where it is not. */
export function modeOf(path: string): number | null {
  try {
    return statSync(path).mode & 0o777;
  } catch {
    return null;
  }
}
