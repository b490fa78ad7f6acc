import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatabaseConfig } from "@keepsake/db";
import { DockerfileParser, type Env, type Instruction } from "dockerfile-ast";
import { buildImageTree } from "../../../scripts/build-image-tree.ts";
import type { PrintingProcess } from "./_keepsake-process.ts";

const DOCKERFILE = fileURLToPath(new URL("../Dockerfile", import.meta.url));
const CONTAINER = fileURLToPath(new URL("_container.sh", import.meta.url));
const NODE = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));

/** What the Dockerfile's last stage says about running. */
interface ImageSettings {
  readonly environment: Record<string, string>;
  readonly uid: number;
  readonly command: readonly string[];
  readonly healthCommand: readonly string[];
}

/** The image's files in a folder, and how they are run. */
export interface Image extends AsyncDisposable {
  /** The folder that is /app in a container. */
  readonly tree: string;
  /** Node, which the image has beside the tree. */
  readonly node: string;
  readonly settings: ImageSettings;
}

/** Builds the image's tree by the Dockerfile's own steps. Takes ten seconds and more. */
export async function buildImage(): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-image-"));
  const tree = join(folder, "tree");
  await buildImageTree(tree);
  const dispose = () => rm(folder, { recursive: true, force: true });
  return { tree, node: NODE, settings: await readSettings(), [Symbol.asyncDispose]: dispose };
}

async function readSettings(): Promise<ImageSettings> {
  const instructions = DockerfileParser.parse(await readFile(DOCKERFILE, "utf8")).getInstructions();
  const last = (keyword: string) => instructions.findLast((each) => each.getKeyword() === keyword);
  return {
    environment: Object.fromEntries(
      instructions
        .filter((each): each is Env => each.getKeyword() === "ENV")
        .flatMap((each) => each.getProperties().map((property) => [property.getName(), property.getValue() ?? ""])),
    ),
    uid: Number.parseInt(last("USER")?.getArgumentsContent() ?? "", 10),
    command: toCommand(last("CMD")),
    healthCommand: toCommand(last("HEALTHCHECK")),
  };
}

function toCommand(instruction: Instruction | undefined): string[] {
  const [list = "[]"] = /\[.*\]/s.exec(instruction?.getArgumentsContent() ?? "") ?? [];
  return JSON.parse(list);
}

/** Something that runs in the image. */
export interface Container extends PrintingProcess, AsyncDisposable {
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/**
 * Runs a command in the image: its user, a read-only root, /tmp to write to, the Dockerfile's variables and these.
 *
 * @param dataDir what /data is, for the embedded database
 */
export async function runInImage(
  { tree, node, settings }: Image,
  command: readonly string[],
  environment: Record<string, string>,
  dataDir = "",
): Promise<Container> {
  const root = await mkdtemp(join(tmpdir(), "keepsake-container-"));
  const env = { PATH: "/usr/local/bin", ...settings.environment, ...environment };
  const child = spawn(CONTAINER, [root, tree, node, String(settings.uid), dataDir, ...command], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (printed += chunk));
  const ended = once(child, "close").then(([code, signal]) => (code as number | null) ?? String(signal));
  return {
    child,
    ended,
    output: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The variables and the /data with which a container finds a test's database. */
export async function databaseForImage(config: DatabaseConfig, { settings }: Image) {
  if (config.home === "server") {
    const { hostname, port, username, password, pathname } = new URL(config.url);
    const environment = {
      POSTGRES_HOST: hostname,
      POSTGRES_PORT: port,
      POSTGRES_USER: decodeURIComponent(username),
      POSTGRES_PASSWORD: decodeURIComponent(password),
      POSTGRES_DB: pathname.slice(1),
    };
    return { environment, dataDir: "" };
  }
  for (const path of ["", ...(await readdir(config.dataDir, { recursive: true }))]) {
    await chown(join(config.dataDir, path), settings.uid, settings.uid);
  }
  return { environment: {}, dataDir: config.dataDir };
}
