import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectOptions } from "../database.ts";
import {
  type ClusterFolder,
  markComplete,
  prepareClusterFolder,
  prepareDataFolder,
  toOpenError,
} from "./data-folder.ts";
import { lockFolder, PID_FILE } from "./folder-lock.ts";
import { type EmbeddedWorker, launchWorker } from "./launch-worker.ts";
import { prepareSocketPath, removeSocket } from "./socket-folder.ts";

/** The embedded PostgreSQL while it runs. */
export interface EmbeddedServer {
  /** Takes one client at a time, without a password. */
  readonly socketPath: string;
  /** Closes the database and lets the data folder go. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL on a data folder, which it makes when it is not there, and holds the folder's lock
 * until it is stopped.
 *
 * @throws DatabaseStartError
 */
export async function startEmbedded(
  dataDir: string,
  { onProgress, onFatal }: Pick<ConnectOptions, "onProgress" | "onFatal"> = {},
): Promise<EmbeddedServer> {
  await using cleanUp = new AsyncDisposableStack();
  const dataFolder = await prepareDataFolder(dataDir);
  cleanUp.use(await lockFolder(dataFolder));
  cleanUp.defer(await writePidFile(dataFolder));
  const cluster = await prepareClusterFolder(dataFolder, (step) => onProgress?.(step));
  onProgress?.(
    cluster.isNew ? "creating the embedded PostgreSQL (first start, some seconds)" : "opening the embedded PostgreSQL",
  );
  const socketPath = await prepareSocketPath(dataFolder);
  cleanUp.defer(() => removeSocket(socketPath));
  const worker = await openCluster(cluster, socketPath, (error) => onFatal?.(error));
  cleanUp.defer(() => worker.stop());
  if (cluster.isNew) await markComplete(cluster.path);
  const running = cleanUp.move();
  return { socketPath, stop: () => running.disposeAsync() };
}

async function openCluster(
  cluster: ClusterFolder,
  socketPath: string,
  onLost: (error: Error) => void,
): Promise<EmbeddedWorker> {
  try {
    return await launchWorker({ clusterFolder: cluster.path, socketPath }, onLost);
  } catch (error) {
    throw toOpenError(cluster, error);
  }
}

async function writePidFile(dataFolder: string): Promise<() => Promise<void>> {
  const path = join(dataFolder, PID_FILE);
  await writeFile(path, `${process.pid}\n`);
  return () => rm(path, { force: true });
}
