/** How large the pieces of a text may be. */
export interface SplitLimit {
  /** Bytes (UTF-8) of one piece at most; 16 or more. */
  readonly bytesMax: number;
  /** Bytes (UTF-8) that a piece repeats of the one before, so that a cut sentence is whole in one of them. Default: a tenth. */
  readonly overlapBytes?: number;
}

/** Places to cut after, best first. Each pattern takes time linear in the text it looks at. */
const BOUNDARIES: readonly RegExp[] = [/\n[^\S\n]*\n\s*/gu, /[.!?…]["')\]”’»]?\s+|[。！？\n]/gu, /\s+/gu];

/**
 * Splits a text into pieces that a model embeds whole, where a reader would: between paragraphs, then sentences, then
 * words, then anywhere between two code points. A boundary counts only in the second half of a piece, so that pieces
 * stay large. Sizes are in bytes because tokens are never more than bytes, whatever the script; no tokenizer is needed.
 *
 * @returns at least one piece, in order, each at most `bytesMax` bytes; a text that fits is its own only piece,
 *   unchanged; longer ones lose white space at the ends of pieces and nothing else
 * @throws RangeError when `bytesMax` is below 16
 */
export function splitText(text: string, { bytesMax, overlapBytes = Math.floor(bytesMax / 10) }: SplitLimit): string[] {
  if (!(bytesMax >= 16)) throw new RangeError(`A piece needs 16 bytes or more; ${bytesMax} is too few.`);
  if (fits(text, bytesMax)) return [text];
  const trimmed = text.trimEnd();
  if (trimmed === "") return [text.slice(0, 1)];
  return [...piecesOf(trimmed, bytesMax, overlapBytes)];
}

/** No UTF-16 unit takes more than 3 bytes, so most texts need no counting. */
function fits(text: string, bytesMax: number): boolean {
  return text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax;
}

/** @param text does not end in white space */
function* piecesOf(text: string, bytesMax: number, overlapBytes: number): Generator<string> {
  let start = skipSpace(text, 0);
  for (;;) {
    const reach = reachFrom(text, start, bytesMax);
    if (reach === text.length) break;
    const end = cutBefore(text, start, reach);
    yield text.slice(start, end).trimEnd();
    start = skipSpace(text, repeatFrom(text, start, end, overlapBytes));
  }
  yield text.slice(start);
}

/** The furthest position that `bytesMax` bytes from `start` reach without splitting a code point. */
function reachFrom(text: string, start: number, bytesMax: number): number {
  let position = start;
  for (let bytes = 0; position < text.length; position += unitsAt(text, position)) {
    bytes += bytesAt(text, position);
    if (bytes > bytesMax) break;
  }
  return position;
}

/** The best place to end a piece, after its middle and at `reach` at the latest. */
function cutBefore(text: string, start: number, reach: number): number {
  const window = text.slice(start, reach);
  for (const boundary of BOUNDARIES) {
    const ends = [...window.matchAll(boundary)].map((match) => match.index + match[0].length);
    const last = ends.at(-1) ?? 0;
    if (last > window.length / 2) return start + last;
  }
  return reach;
}

/** Where the next piece begins: some bytes back, at a word if there is one, and never so far back that nothing is gained. */
function repeatFrom(text: string, start: number, end: number, overlapBytes: number): number {
  const middle = start + Math.ceil((end - start) / 2);
  let position = end;
  for (let bytes = 0; position > middle; ) {
    const before = isLowSurrogate(text, position - 1) ? position - 2 : position - 1;
    bytes += bytesAt(text, before);
    if (bytes > overlapBytes || before < middle) break;
    position = before;
  }
  const word = text.slice(position, end).search(/\s\S/u);
  return word === -1 ? position : position + word + 1;
}

function skipSpace(text: string, start: number): number {
  const offset = text.slice(start).search(/\S/u);
  return offset === -1 ? text.length : start + offset;
}

/** Bytes of the code point at a position; a lone surrogate is sent as U+FFFD, which takes 3. */
function bytesAt(text: string, position: number): number {
  const codePoint = text.codePointAt(position) ?? 0;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

function unitsAt(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}

/** Whether the unit at a position is the second half of a pair. */
function isLowSurrogate(text: string, position: number): boolean {
  const unit = text.charCodeAt(position);
  const before = text.charCodeAt(position - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}
