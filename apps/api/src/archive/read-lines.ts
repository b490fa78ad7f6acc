import { isUtf8 } from "node:buffer";
import { ArchiveError, LINE_BYTES_MAX } from "./archive-format.ts";

const NEWLINE = 0x0a;

/**
 * Cuts a stream into lines, holding no more than one of them.
 *
 * @throws ArchiveError for a line that is too long or not UTF-8, and for a last one without its end
 */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 1;
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      pending.push(chunk.subarray(from, end));
      yield toText(Buffer.concat(pending), number);
      [pending, pendingBytes, from] = [[], 0, end + 1];
      number += 1;
    }
    if (from === chunk.length) continue;
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    if (pendingBytes > LINE_BYTES_MAX) throw new ArchiveError(`Line ${number} is longer than ${LINE_BYTES_MAX} bytes.`);
  }
  if (pendingBytes > 0) throw new ArchiveError(`It breaks off in line ${number}.`);
}

function toText(line: Buffer, number: number): string {
  if (line.length > LINE_BYTES_MAX) throw new ArchiveError(`Line ${number} is longer than ${LINE_BYTES_MAX} bytes.`);
  if (!isUtf8(line)) throw new ArchiveError(`Line ${number} is not UTF-8.`);
  return line.toString("utf8");
}
