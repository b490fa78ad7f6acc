import type { ExportOptions, ExportPage, ExportTrainingInput } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { ExportRun, type ExportServices } from "./export-run.ts";

/** Examples that a stream reads at once. */
const STREAM_PAGE_ROWS = 500;

/** An export that is read as one stream. */
export interface StreamedExport {
  /** For the manifest and for `markExported`, once the stream has ended. */
  readonly exportId: string;
  /** Whole lines, in UTF-8, as many at once as were read at once. Each has its newline. */
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Begins an export that is streamed. A page is read when the page before was taken, so that a slow reader slows the
 * reading and never fills the memory. The manifest is completed when the last chunk was taken and another one is asked
 * for: a reader that stops before leaves an export that cannot be marked.
 *
 * @throws what the database throws, also out of `chunks`
 */
export async function startExport(
  actor: Actor,
  services: ExportServices,
  options: ExportOptions,
): Promise<StreamedExport> {
  const run = await ExportRun.begin(actor, services, options);
  return { exportId: run.id, chunks: readChunks(run) };
}

async function* readChunks(run: ExportRun): AsyncGenerator<Buffer> {
  for (let isLast = false; !isLast; ) {
    const page = await run.next(STREAM_PAGE_ROWS);
    if (page.text.length > 0) yield page.text;
    isLast = page.isLast;
  }
  await run.complete();
}

/**
 * One page of an export, for callers that take no streams. The lines of all pages, each with a newline, are what a
 * stream would give. A page that is asked for again with the same cursor is read again and spoils nothing.
 *
 * @throws DomainError `INVALID_INPUT` for a cursor that no page of this export gave this user
 */
export async function exportPage(
  actor: Actor,
  services: ExportServices,
  { limit, cursor, ...options }: ExportTrainingInput,
): Promise<ExportPage> {
  const run =
    cursor === undefined
      ? await ExportRun.begin(actor, services, options)
      : await ExportRun.resume(actor, services, options, cursor);
  const { lines, isLast } = await run.next(limit);
  if (!isLast) return { exportId: run.id, lines, nextCursor: run.cursor(), manifest: null };
  return { exportId: run.id, lines, nextCursor: null, manifest: await run.complete() };
}
