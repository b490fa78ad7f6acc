/** The parts of a package.json that name other packages. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One version and no other: what was read is what is installed. */
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const ELSEWHERE = /^(?:workspace:\*|catalog:|file:\.\.?\/)/;

/** Dependencies of a package.json that may become another version by themselves, a sentence each. */
export function findLooseVersions(path: string, manifest: Manifest): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  return Object.entries(all)
    .filter(([, version]) => !EXACT.test(version) && !ELSEWHERE.test(version))
    .map(([name, version]) => `${path}: ${name} is ${version}, which is no exact version.`);
}

/** Entries of pnpm-workspace.yaml's catalog that are no exact version. */
export function findLooseCatalog(workspace: string): string[] {
  const block = /^catalog:\n((?: {2}.+\n)+)/m.exec(workspace)?.[1] ?? "";
  return block
    .trimEnd()
    .split("\n")
    .filter((line) => !EXACT.test(line.split(": ").at(-1)?.trim() ?? ""))
    .map((line) => `pnpm-workspace.yaml: ${line.trim()} is no exact version.`);
}
