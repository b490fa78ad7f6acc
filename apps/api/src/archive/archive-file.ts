import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { ArchiveError } from "./archive-format.ts";
import { type OpenArchive, openArchive } from "./read-archive.ts";

/** What an archive is called while it is written: nothing takes it for one that is complete. */
export const PARTIAL = ".partial";

/** Of 4 MB at most, so that a foreign file cannot ask for gigabytes; level 3, which we write, takes 2 MB. */
const WINDOW_LOG_MAX = 22;
const LEVEL = 3;

/**
 * Writes lines into a file that has its name only when it is complete and on the disk; see {@link writePartial}.
 *
 * @returns the value of the generator
 * @throws Error of the file system, such as ENOSPC, or of the generator
 */
export async function writeArchiveFile<T>(path: string, lines: AsyncGenerator<string, T>): Promise<T> {
  const partial = `${path}${PARTIAL}`;
  const result = await writePartial(partial, lines);
  await rename(partial, path);
  await syncPath(dirname(path));
  return result;
}

/**
 * Compresses lines into a file that its owner alone may read, and puts it on the disk. A failure leaves no trace of it.
 *
 * @returns the value of the generator
 */
export async function writePartial<T>(path: string, lines: AsyncGenerator<string, T>): Promise<T> {
  const result: { value?: T } = {};
  async function* pass() {
    result.value = yield* lines;
  }
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
  const zstd = createZstdCompress({ params: { [ZSTD_c_compressionLevel]: LEVEL, [ZSTD_c_checksumFlag]: 1 } });
  try {
    await rm(path, { force: true });
    // Made anew, so that the mode holds; synced before it is closed.
    await pipeline(Readable.from(pass()), zstd, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true }));
    return result.value as T;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Makes a folder's entries, or a file's contents, outlast a power cut. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}

/**
 * Opens an archive, does something with it, and closes it.
 *
 * @param called what a person knows it by
 * @throws ArchiveError with the file's name in front, whatever it is that cannot be read
 */
export async function withArchiveFile<T>(
  path: string,
  work: (archive: OpenArchive) => Promise<T>,
  called = path,
): Promise<T> {
  const file = createReadStream(path);
  const zstd = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX } });
  const reading = pipeline(file, zstd);
  reading.catch(() => {});
  try {
    return await work(await openArchive(zstd as AsyncIterable<Buffer>));
  } catch (error) {
    throw toArchiveError(called, error);
  } finally {
    zstd.destroy();
    file.destroy();
  }
}

function toArchiveError(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof ArchiveError) return new ArchiveError(`${path} cannot be used. ${error.message}`);
  if (code === "ENOENT") return new ArchiveError(`There is no file ${path}.`);
  if (code === "EACCES" || code === "EISDIR") return new ArchiveError(`${path} cannot be read (${code}).`);
  const isDecompression = code.startsWith("ZSTD_") || code.startsWith("Z_") || code.startsWith("ERR__ZSTD");
  return isDecompression
    ? new ArchiveError(`${path} cannot be used. It is damaged: it cannot be decompressed.`)
    : error;
}

/** Reads an archive to its end and finds every damage, without a database. */
export async function verifyArchiveFile(path: string) {
  return await withArchiveFile(path, async ({ header, batches }) => {
    const reading = batches();
    let next = await reading.next();
    while (!next.done) next = await reading.next();
    return { header, trailer: next.value };
  });
}
