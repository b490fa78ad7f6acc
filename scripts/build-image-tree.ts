import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import dockerIgnore from "@balena/dockerignore";
import { runTool } from "./run-tool.ts";

// pnpm image:tree [FOLDER]: builds the files of the server's image into a folder, by the Dockerfile's own steps, and
// prints how large they are. For machines without Docker, and for the test of the image.

const root = join(import.meta.dirname, "..");

/**
 * Builds from a copy of the repository's files, as Docker does from its context.
 *
 * @param tree the folder to make
 * @throws Error with the tools' words
 */
export async function buildImageTree(tree: string): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "keepsake-image-context-"));
  try {
    for (const path of listSources()) cpSync(join(root, path), join(context, path));
    const { succeeded, output } = await runTool(["deploy/build-tree.sh", resolve(tree)], { cwd: context });
    if (!succeeded) throw new Error(`The image's tree could not be built:\n${output}`);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** The repository's files that .dockerignore lets through: what git has or would take. */
function listSources(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const paths = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  const ignored = dockerIgnore.default().add(readFileSync(join(root, ".dockerignore"), "utf8").split("\n"));
  return ignored.filter(paths).filter((path) => existsSync(join(root, path)));
}

if (import.meta.main) {
  const tree = resolve(process.argv[2] ?? ".cache/image-tree");
  rmSync(tree, { recursive: true, force: true });
  await buildImageTree(tree);
  const [size] = execFileSync("du", ["-sh", "--apparent-size", tree], { encoding: "utf8" }).split("\t");
  console.log(`${tree}: ${size}, without Node. Start it with:
  cd ${tree} && KEEPSAKE_DATA_DIR=${join(dirname(tree), "image-data")} node --enable-source-maps dist/main.js`);
}
