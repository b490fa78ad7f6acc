// Fails when a document names a file or folder of the repository that does not exist, or calls a script that pnpm does not run.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { faultsOfNames } from "./pnpm-names.ts";

const root = join(import.meta.dirname, "..");
const documents = ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "docs/**/*.md"];
const folders = new Set([".ci", "apps", "bench", "deploy", "docs", "examples", "packages", "scripts"]);
// Made by tools, so not there in a fresh clone.
const generated = /(?:^|\/)(?:dist|node_modules|\.cache|\.turbo)(?:\/|$)/;

/** A path as the document writes it, and as seen from the repository's root. */
export type NamedPath = { written: string; path: string };

/**
 * The repository's paths that a document names: in backticks from the root, or as a relative Markdown link.
 *
 * Placeholders (`<name>`, `NNNN`, `…`) and commands are no paths; `{a,b}` and `*` are patterns.
 *
 * @param document the document's own path, from which its links lead
 */
export function findNamedPaths(document: string, text: string): NamedPath[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  const quoted = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(([, written = ""]) => toRepositoryPath(written));
  const linked = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, written = ""]) => toLinkedPath(document, written));
  return [...quoted, ...linked].filter(({ path }) => !generated.test(path));
}

function toRepositoryPath(written: string): NamedPath[] {
  const path = written.replace(/^\.\//, "").replace(/(?<=\.\w+):\d+(?:-\d+)?$/, "");
  const isPath = /^[\w@.{},*()/-]+$/.test(path) && !/NNNN|\.\.\./.test(path);
  return isPath && path.includes("/") && folders.has(path.split("/")[0] ?? "") ? [{ written, path }] : [];
}

function toLinkedPath(document: string, written: string): NamedPath[] {
  const [target = ""] = written.split(/[#?]/);
  if (target === "" || /^(?:[a-z]+:|\/)/i.test(target)) return [];
  return [{ written, path: normalize(join(dirname(document), decodeURI(target))) }];
}

function exists(path: string): boolean {
  if (!/[*{]/.test(path)) return existsSync(join(root, path));
  return globSync(path, { cwd: root, exclude: (name) => name === "node_modules" }).length > 0;
}

function check(): string[] {
  return globSync(documents, { cwd: root }).flatMap((document) =>
    findNamedPaths(document, readFileSync(join(root, document), "utf8"))
      .filter(({ path }) => !exists(path))
      .map(({ written }) => `${document} names ${written}, which does not exist.`),
  );
}

function checkCommands(): string[] {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const texts = globSync([...documents, "CHANGELOG.md"], { cwd: root }).map((path) => [path, read(path)]);
  return faultsOfNames(Object.keys(scripts), Object.fromEntries(texts));
}

if (import.meta.main) {
  const faults = [...check(), ...checkCommands()];
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
