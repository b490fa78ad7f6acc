import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectOptions } from "../database.ts";
import {
  type ClusterFolder,
  markComplete,
  prepareClusterFolder,
  prepareDataFolder,
  prepareOpening,
  toOpenError,
} from "./data-folder.ts";
import { lockFolder, PID_FILE } from "./folder-lock.ts";
import { type KeptWorker, keepRunning } from "./keep-running.ts";
import { type EmbeddedWorker, launchWorker } from "./launch-worker.ts";
import { clearSockets, prepareSocketPaths, removeSockets, SIDE_SOCKET_FILE } from "./socket-folder.ts";
import type { SocketPaths } from "./sockets/socket-server.ts";
import { STATEMENT_LIMIT_MS } from "./statement-clock.ts";

/** The embedded PostgreSQL while it runs. */
export interface EmbeddedServer extends Omit<KeptWorker, "stop"> {
  /** Takes one client at a time, without a password. */
  readonly socketPath: string;
  /** Closes the database and lets the data folder go. */
  stop(): Promise<void>;
}

/** How it is started. */
export interface EmbeddedOptions extends Pick<ConnectOptions, "onProgress" | "onLost" | "onReopened" | "onFatal"> {
  /** For a statement that names no limit of its own, milliseconds. */
  readonly statementLimitMs?: number;
}

/**
 * Starts the embedded PostgreSQL on a data folder, which it makes when it is not there, and holds the folder's lock
 * until it is stopped.
 *
 * @throws DatabaseStartError
 */
export async function startEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const { onProgress, statementLimitMs = STATEMENT_LIMIT_MS } = options;
  await using cleanUp = new AsyncDisposableStack();
  const dataFolder = await prepareDataFolder(dataDir);
  cleanUp.use(await lockFolder(dataFolder));
  cleanUp.defer(await writeNote(dataFolder, PID_FILE, String(process.pid)));
  const cluster = await prepareClusterFolder(dataFolder, (step) => onProgress?.(step));
  onProgress?.(
    cluster.isNew ? "creating the embedded PostgreSQL (first start, some seconds)" : "opening the embedded PostgreSQL",
  );
  const socketPaths = await prepareSocketPaths(dataFolder);
  cleanUp.defer(() => removeSockets(socketPaths));
  const worker = await keepRunning(dataFolder, createOpener(cluster, socketPaths, statementLimitMs), options);
  cleanUp.defer(() => worker.stop());
  cleanUp.defer(await writeNote(dataFolder, SIDE_SOCKET_FILE, socketPaths.side));
  const running = cleanUp.move();
  return { ...worker, socketPath: socketPaths.main, stop: () => running.disposeAsync() };
}

/** What opens the cluster, the first time and again. */
function createOpener(
  { path, isNew }: ClusterFolder,
  socketPaths: SocketPaths,
  statementLimitMs: number,
): () => Promise<EmbeddedWorker> {
  let isToBeMade = isNew;
  return async () => {
    await clearSockets(socketPaths);
    if (!isToBeMade) await prepareOpening(path);
    try {
      const worker = await launchWorker({ clusterFolder: path, socketPaths, statementLimitMs });
      if (isToBeMade) await markComplete(path);
      isToBeMade = false;
      return worker;
    } catch (error) {
      throw toOpenError({ path, isNew: isToBeMade }, error);
    }
  };
}

async function writeNote(dataFolder: string, name: string, text: string): Promise<() => Promise<void>> {
  const path = join(dataFolder, name);
  await writeFile(path, `${text}\n`);
  return () => rm(path, { force: true });
}
