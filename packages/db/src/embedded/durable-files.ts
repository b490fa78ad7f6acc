import { fdatasyncSync, fsyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** An open file of Emscripten's, as far as it is needed here. */
interface OpenFile {
  /** Inside WebAssembly: `/pglite/data/pg_wal/0000…`. */
  readonly path: string;
  /** Node's descriptor of the same file or folder. */
  readonly nfd: number;
}

/** The operations of Emscripten's NODEFS that are put right or listened to. */
interface FileOperations {
  fsync?(file: OpenFile): number;
  write(file: OpenFile, buffer: Uint8Array, offset: number, lengthBytes: number, position: number): number;
}

interface EmscriptenModule {
  readonly FS: {
    readonly filesystems: { readonly NODEFS: { stream_ops: FileOperations; tryFSOperation(work: () => void): void } };
  };
}

const LOG_SEGMENT = /\/pg_wal\/[0-9A-F]{24}$/;

/**
 * Files of the host on which `fsync` is one. PGlite starts PostgreSQL with fsync off because Emscripten's NODEFS does
 * nothing for it; with this and fsync on, PostgreSQL itself syncs what has to be synced and in the right order: its log
 * at each commit, pages before the control file at checkpoints, folders after a rename.
 */
export class DurableFiles extends NodeFS {
  /** Of the write-ahead log, written since the start. */
  logBytes = 0;

  override async init(...[pg, options]: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(pg, options);
    const preRun = [
      ...[emscriptenOpts.preRun ?? []].flat(),
      (module: unknown) => this.#mend(module as EmscriptenModule),
    ];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  #mend({ FS }: EmscriptenModule): void {
    const { stream_ops: operations, tryFSOperation } = FS.filesystems.NODEFS;
    operations.fsync = (file) => {
      tryFSOperation(() => sync(file));
      return 0;
    };
    const { write } = operations;
    operations.write = (file, ...rest) => {
      if (LOG_SEGMENT.test(file.path)) this.logBytes += rest[2];
      return write(file, ...rest);
    };
  }
}

/** A segment of the log keeps its size from one commit to the next, so that its times need not be written. */
function sync({ path, nfd }: OpenFile): void {
  if (LOG_SEGMENT.test(path)) fdatasyncSync(nfd);
  else fsyncSync(nfd);
}

/**
 * PGlite's own start parameters without the one that turns fsync off.
 *
 * `fsync` and not `fdatasync`, which Emscripten answers by itself without asking the file system. PostgreSQL's default of
 * 1 GB for the log's size is for disks of another kind: with the checkpoints of `checkpoints.ts` it stays below 128 MB.
 */
export function durableStartParams(defaults: readonly string[]): string[] {
  const settings = ["fsync=on", "wal_sync_method=fsync", "max_wal_size=64MB", "min_wal_size=32MB"];
  return [...defaults.filter((parameter) => parameter !== "-F"), ...settings.flatMap((setting) => ["-c", setting])];
}
