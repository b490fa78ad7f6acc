import { createHash } from "node:crypto";
import type { KeepsakeClient } from "@keepsake/client";

type Client = KeepsakeClient["training"];
/** What `training.export` takes. */
export type ExportInput = NonNullable<Parameters<Client["export"]["query"]>[0]>;
/** What the last page has. */
export type Manifest = NonNullable<Awaited<ReturnType<Client["export"]["query"]>>["manifest"]>;

/** A whole export, as a file of it would be. */
export interface WholeExport {
  readonly text: string;
  readonly lines: readonly string[];
  readonly manifest: Manifest;
  readonly pages: number;
}

/** Reads all pages of an export. */
export async function exportAll(training: Client, input: ExportInput): Promise<WholeExport> {
  const lines: string[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await training.export.query({ ...input, ...(cursor !== undefined && { cursor }) });
    lines.push(...page.lines);
    if (page.nextCursor !== null) cursor = page.nextCursor;
    else if (page.manifest) return { lines, text: toText(lines), manifest: page.manifest, pages };
    else throw new Error("the last page has no manifest");
  }
}

const toText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

/** As `sha256sum` prints it. */
export const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
