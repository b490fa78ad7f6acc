import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runWell } from "./_run.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** The client's own folder. */
export const clientFolder = join(root, "packages", "client");
const gatewayFolder = join(root, "examples", "gateway");
const tsc = join(root, "node_modules", ".bin", "tsc");

/** The client as it is published, and a copy of the example gateway that has installed it, outside of the workspace. */
export interface PackedClient extends AsyncDisposable {
  readonly tarball: string;
  /** The copy of `examples/gateway`. */
  readonly gateway: string;
}

/** Builds and packs the client and installs the tarball, from the npm registry what it depends on. */
export async function packClient(): Promise<PackedClient> {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-client-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await runWell(join(clientFolder, "node_modules", ".bin", "tsdown"), [], { cwd: clientFolder });
    const tarball = await pack(folder);
    const gateway = await installGateway(folder, tarball);
    return { tarball, gateway, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** With pnpm, which alone knows `catalog:`, `workspace:` and `publishConfig`. */
async function pack(destination: string): Promise<string> {
  const args = ["--yes", "--prefer-offline", "pnpm@12", "pack", "--json", "--pack-destination", destination];
  const output = await runWell("npx", args, { cwd: clientFolder });
  const [name] = /keepsake-client-[\w.-]+\.tgz/.exec(output) ?? [];
  if (name === undefined) throw new Error(`pnpm pack named no tarball:\n${output}`);
  return join(destination, name);
}

async function installGateway(folder: string, tarball: string): Promise<string> {
  const gateway = join(folder, "gateway");
  const isSource = (path: string) => !["node_modules", "dist"].includes(basename(path));
  await cp(gatewayFolder, gateway, { recursive: true, filter: isSource });
  const manifest = JSON.parse(await readFile(join(gateway, "package.json"), "utf8"));
  manifest.dependencies["@keepsake/client"] = `file:${tarball}`;
  // The repository's own compiler does.
  delete manifest.devDependencies.typescript;
  await writeFile(join(gateway, "package.json"), JSON.stringify(manifest));
  await runWell("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: gateway });
  return gateway;
}

/** Compiles a gateway as its `npm start` does; declarations are checked too. Throws with the compiler's words. */
export async function compileGateway(gateway: string, options: readonly string[] = []): Promise<void> {
  await runWell(tsc, ["-p", gateway, "--pretty", "false", ...options], { cwd: gateway });
}
