// Fails when something can be installed that nobody has read: a version that may change by itself, an entry of the lockfile
// without a checksum, a licence that asks for more than its text, or more packages at run time than are written down here.
// And when a file of the repository holds a secret.
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isFree, type Licensed, licenceOf } from "./supply-chain/licences.ts";
import { findUncheckedEntries } from "./supply-chain/lockfile.ts";
import { findLooseCatalog, findLooseVersions, type Manifest } from "./supply-chain/manifests.ts";
import { findSecrets } from "./supply-chain/secrets.ts";

const root = join(import.meta.dirname, "..");
/** Packages that lie in the image beside the server's own file, without theirs. */
const RUN_TIME_DEPENDENCIES_MAX = 15;
const FILE_BYTES_MAX = 2_000_000;

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const readManifest = (path: string): Manifest & Licensed => JSON.parse(read(path)) as Manifest & Licensed;

/** In an archive without git: everything that is no tool's. */
function findFiles(): string[] {
  try {
    return execFileSync("git", ["ls-files", "-z"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\0");
  } catch {
    const skipped = new Set(["node_modules", "dist", ".git", ".cache", ".turbo", "data"]);
    return globSync("**/*", { cwd: root, exclude: (name) => skipped.has(name) });
  }
}

function faultsOfManifests(files: readonly string[]): string[] {
  const manifests = files.filter((path) => /(?:^|\/)package\.json$/.test(path));
  return manifests.flatMap((path) => findLooseVersions(path, readManifest(path)));
}

function faultsOfRunTime(): string[] {
  const names = ["apps/api", "packages/db"].flatMap((folder) =>
    Object.entries(readManifest(`${folder}/package.json`).dependencies ?? {}).flatMap(([name, version]) =>
      version.startsWith("workspace:") ? [] : [name],
    ),
  );
  if (names.length <= RUN_TIME_DEPENDENCIES_MAX) return [];
  return [`The image would hold ${names.length} packages (${names.join(", ")}), ${RUN_TIME_DEPENDENCIES_MAX} at most.`];
}

/** Of everything that is installed, tools too. */
function faultsOfLicences(): string[] {
  const paths = globSync("node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json", { cwd: root });
  return paths.flatMap((path) => {
    const found = readManifest(path);
    const licence = licenceOf(found);
    if (found.name === undefined || isFree(licence)) return [];
    return [
      `${found.name} ${found.version} has the licence ${JSON.stringify(licence)}, which is not among the free ones.`,
    ];
  });
}

function faultsOfSecrets(files: readonly string[]): string[] {
  return files.flatMap((path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    return stats?.isFile() && stats.size < FILE_BYTES_MAX ? findSecrets(path, read(path)) : [];
  });
}

const files = findFiles();
const faults = [
  ...faultsOfManifests(files),
  ...findLooseCatalog(read("pnpm-workspace.yaml")),
  ...findUncheckedEntries(read("pnpm-lock.yaml")),
  ...faultsOfRunTime(),
  ...new Set(faultsOfLicences()),
  ...faultsOfSecrets(files),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
