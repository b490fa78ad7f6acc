import { type Piece, packTexts } from "./piece.ts";

const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/;
const CODE_FENCE = /^ {0,3}(```|~~~)/;

/** A heading (level 1 to 6) or a paragraph (level 0). */
interface Block {
  readonly level: number;
  readonly text: string;
}

interface Section {
  readonly level: number;
  /** The titles above it and its own. */
  readonly path: readonly string[];
  readonly paragraphs: string[];
}

/**
 * Splits Markdown, or any text, into pieces: the paragraphs of one section together, as far as they fit, and with them
 * the titles that they stand under.
 */
export function splitDocument(text: string): Piece[] {
  const sections = toSections(toBlocks(text));
  return sections.flatMap((section, index) => toPieces(section, sections[index + 1]));
}

/** A `#` inside a code block is no heading, and an empty line there ends nothing. */
function* toBlocks(text: string): Generator<Block> {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    fence = nextFence(fence, line);
    const heading = fence === null ? HEADING.exec(line) : null;
    const isGap = fence === null && line.trim() === "";
    if (!heading && !isGap) lines.push(line.trimEnd());
    else if (lines.length > 0) yield { level: 0, text: lines.splice(0).join("\n") };
    if (heading) yield { level: heading[1]?.length ?? 1, text: heading[2] ?? "" };
  }
  if (lines.length > 0) yield { level: 0, text: lines.join("\n") };
}

/** The mark of the code block that the line opens or stands in, or null. */
function nextFence(fence: string | null, line: string): string | null {
  const mark = CODE_FENCE.exec(line)?.[1] ?? null;
  if (fence === null) return mark;
  return mark === fence ? null : fence;
}

function toSections(blocks: Iterable<Block>): Section[] {
  const sections: Section[] = [{ level: 0, path: [], paragraphs: [] }];
  let above: Block[] = [];
  for (const block of blocks) {
    if (block.level === 0) {
      sections.at(-1)?.paragraphs.push(block.text);
      continue;
    }
    above = [...above.filter(({ level }) => level < block.level), block];
    sections.push({ level: block.level, path: above.map(({ text }) => text), paragraphs: [] });
  }
  return sections;
}

function toPieces({ level, path, paragraphs }: Section, next: Section | undefined): Piece[] {
  const context = toContext(path);
  if (paragraphs.length > 0) return packTexts(paragraphs, "\n\n").map((text) => ({ context, text }));
  const isEmptyTitle = level > 0 && (next === undefined || next.level <= level);
  // Notes such as "# Buy milk" say all in the title.
  return isEmptyTitle ? [{ context: toContext(path.slice(0, -1)), text: path.at(-1) ?? "" }] : [];
}

const toContext = (titles: readonly string[]): string => titles.join(" › ");
