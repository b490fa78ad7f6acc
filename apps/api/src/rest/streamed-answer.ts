import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** A reader that takes nothing for so long has gone without a word. */
const STALLED_AFTER_MS = 120_000;

/** An answer that is too long to be held, in the order in which it is sent. */
export class StreamedAnswer {
  readonly chunks: AsyncIterable<Buffer>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(chunks: AsyncIterable<Buffer>, headers: Readonly<Record<string, string>>) {
    this.chunks = chunks;
    this.headers = headers;
  }
}

/** How a stream ends otherwise than well. */
export interface StreamOptions {
  /** Breaks the stream off. */
  readonly signal: AbortSignal;
  /** Asked before each chunk: throws once its reader's token holds no more. */
  readonly assertAdmitted: () => Promise<void>;
  /** Told when it broke off by itself; by then it is too late for an answer. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Sends the chunks as fast as the reader takes them. The first one is made before the headers are sent, so that what
 * fails at once is an ordinary error. What fails later cuts the connection, and the reader's client sees an answer that
 * is not complete; when the reader goes away, the making stops.
 */
export async function sendStream(
  reply: FastifyReply,
  { chunks, headers }: StreamedAnswer,
  { signal, assertAdmitted, onFailure }: StreamOptions,
): Promise<FastifyReply> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const stream = Readable.from(resume(iterator, first, assertAdmitted), { objectMode: false, signal });
  stream.once("error", (error) => signal.aborted || onFailure(error));
  reply.raw.setTimeout(STALLED_AFTER_MS, () => reply.raw.destroy());
  return reply.headers(headers).send(stream);
}

async function* resume(
  iterator: AsyncIterator<Buffer>,
  first: IteratorResult<Buffer, unknown>,
  assertAdmitted: () => Promise<void>,
): AsyncGenerator<Buffer> {
  try {
    for (let at = first; !at.done; at = await iterator.next()) {
      yield at.value;
      await assertAdmitted();
    }
  } finally {
    await iterator.return?.();
  }
}
