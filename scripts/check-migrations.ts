// Fails when the tables say something that no migration does: `pnpm db:generate` was forgotten.
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

const db = join(import.meta.dirname, "..", "packages", "db");
// Inside the package, so that what its sources import is found from there; git ignores it.
const copy = join(db, ".cache", "check-migrations");

const listMigrations = () => readdirSync(join(copy, "migrations"), { recursive: true }).sort().join("\n");

function makeCopy(): void {
  rmSync(copy, { recursive: true, force: true });
  for (const name of ["drizzle.config.ts", "package.json", "src", "migrations"]) {
    cpSync(join(db, name), join(copy, name), { recursive: true });
  }
}

try {
  makeCopy();
  const before = listMigrations();
  const { output } = await runTool(["node", "--run", "generate"], { cwd: copy });
  if (!output.includes("No schema changes") || listMigrations() !== before) {
    console.error(
      `${output.trim()}\nThe tables of packages/db have changed; run \`pnpm db:generate --name verb-noun\`.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
