import { basename, extname } from "node:path";
import type { KeepsakeClient } from "@keepsake/client";
import type { Piece } from "./piece.ts";
import { progressBar } from "./progress-bar.ts";
import { readTextFile } from "./read-text-file.ts";
import { splitChatJson } from "./split-chat-json.ts";
import { isChatText, splitChatText } from "./split-chat-text.ts";
import { splitDocument } from "./split-document.ts";

type NewMemory = Parameters<KeepsakeClient["memory"]["addMany"]["mutate"]>[0]["items"][number];

/** What became of a file's pieces. */
export interface RememberedFile {
  readonly added: number;
  /** Remembered before, in the same words. */
  readonly known: number;
}

/** Pieces of one call: small enough that the bar moves, far below the server's limits of 500 items and 1 MiB. */
const BATCH_PIECES = 40;

/**
 * Remembers a text file piece by piece: Markdown and plain text by sections, an exported chat by days. Safe to repeat,
 * after a failure too: what is known is not added again.
 *
 * @throws FileFault when the file cannot be used, TRPCClientError when Keepsake cannot
 */
export async function rememberFile(client: KeepsakeClient, path: string): Promise<RememberedFile> {
  const items = (await readPieces(path)).map((piece) => toMemory(piece, path));
  const bar = progressBar(basename(path), items.length, process.stdout);
  let added = 0;
  try {
    for (let at = 0; at < items.length; at += BATCH_PIECES) {
      const batch = items.slice(at, at + BATCH_PIECES);
      const { results } = await client.memory.addMany.mutate({ items: batch });
      added += results.filter(({ duplicate }) => !duplicate).length;
      bar.show(at + batch.length);
    }
  } finally {
    bar.end();
  }
  return { added, known: items.length - added };
}

async function readPieces(path: string): Promise<Piece[]> {
  const text = await readTextFile(path);
  if ([".json", ".jsonl", ".ndjson"].includes(extname(path).toLowerCase())) return splitChatJson(text, path);
  return isChatText(text) ? splitChatText(text) : splitDocument(text);
}

/** The context stands in the content, so that a search for a title finds what stands under it. */
function toMemory({ context, text, day }: Piece, path: string): NewMemory {
  return {
    content: context === "" ? text : `${context}:\n${text}`,
    kind: "document",
    source: basename(path),
    tags: ["file", extname(path).slice(1).toLowerCase()].filter(Boolean),
    ...(day !== undefined && { validFrom: day }),
  };
}
