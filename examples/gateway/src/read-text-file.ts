import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";

/** Why a file cannot be remembered, in one sentence. */
export class FileFault extends Error {
  override readonly name = "FileFault";
}

/** Ten thousand pieces: more is a library, not a note. */
const FILE_BYTES_MAX = 10 * 1024 * 1024;

/**
 * A file's text.
 *
 * @throws FileFault when it is missing, a folder, too large, empty, or not text in UTF-8
 */
export async function readTextFile(path: string): Promise<string> {
  await assertReadable(path);
  const text = decode(await readFile(path).catch((error) => fail(path, error)), path);
  if (text.trim() === "") throw new FileFault(`${path} is empty.`);
  return text;
}

async function assertReadable(path: string): Promise<void> {
  const file = await stat(path).catch((error) => fail(path, error));
  if (!file.isFile()) throw new FileFault(`${path} is not a file.`);
  if (file.size <= FILE_BYTES_MAX) return;
  throw new FileFault(`${path} has ${megabytes(file.size)}; ${megabytes(FILE_BYTES_MAX)} are the limit: split it.`);
}

function fail(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === "ENOENT") throw new FileFault(`There is no file ${resolve(path)}.`);
  throw new FileFault(`${path} cannot be read (${error.code ?? error.message}).`);
}

/** UTF-8 says when it is something else; a NUL character stands in no text. */
function decode(bytes: Uint8Array, path: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // The same sentence for both.
  }
  throw new FileFault(`${path} is not text in UTF-8: it is binary, or has to be saved as UTF-8 first.`);
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
