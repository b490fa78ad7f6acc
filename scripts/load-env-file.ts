import { existsSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "../.env");

/** Takes the variables of `.env` at the repository's root, where there is one. Those that are set already win. */
export function loadEnvFile(): void {
  if (existsSync(path)) process.loadEnvFile(path);
}
