import { describe, expect, it } from "vitest";
import { splitText } from "./split.ts";

const bytesOf = (text: string): number => Buffer.byteLength(text);
const isWhole = (text: string): boolean => text.isWellFormed();

/** Where each piece stands in the text, found from left to right; -1 for a piece that is not in it. */
function positionsOf(text: string, pieces: readonly string[]): number[] {
  let from = 0;
  return pieces.map((piece) => {
    const position = text.indexOf(piece, from);
    from = position + 1;
    return position;
  });
}

/** Whether the pieces, laid where they stand, leave nothing of the text out but white space. */
function covers(text: string, pieces: readonly string[]): boolean {
  let end = 0;
  for (const [i, position] of positionsOf(text, pieces).entries()) {
    if (position < 0 || text.slice(end, position).trim() !== "") return false;
    end = Math.max(end, position + (pieces[i]?.length ?? 0));
  }
  return text.slice(end).trim() === "";
}

/** Numbered words, so that every place in a text is unlike every other. */
function numbered(count: number, word: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => word(i)).join(" ");
}

const TEXTS: Readonly<Record<string, string>> = {
  english: numbered(700, (i) => (i % 9 === 8 ? `end${i}.` : `word${i}`)),
  polish: numbered(700, (i) => (i % 11 === 10 ? `źdźbło${i}!` : `łąką${i}`)),
  cyrillic: numbered(500, (i) => `привет${i}`),
  chinese: Array.from({ length: 2_500 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(""),
  chineseSentences: Array.from(
    { length: 300 },
    (_, i) => `${String.fromCodePoint(0x5000 + i, 0x6000 + i, 0x7000 + i)}。`,
  ).join(""),
  emoji: Array.from({ length: 600 }, (_, i) => String.fromCodePoint(0x1f300 + i)).join(""),
  families: ["👨‍👩‍👧‍👦", numbered(200, (i) => `👩🏽‍🚀${i}`)].join(""),
  onelongword: Array.from({ length: 3_000 }, (_, i) => i.toString(36)).join(""),
  paragraphs: Array.from({ length: 60 }, (_, i) => `Paragraph ${i} says something. It ends here ${i}.`).join("\n\n"),
  windows: Array.from({ length: 60 }, (_, i) => `Line ${i} of a file.\r\n\r\n`).join(""),
  spaces: `start${" ".repeat(5_000)}middle${"\n".repeat(5_000)}end`,
  mixed: numbered(300, (i) =>
    ["a", "żółć", "文字", "🦊", "пример"].map((part) => `${part}${i}`).join(i % 3 ? " " : ""),
  ),
};

describe("splitting a text", () => {
  it.each(["", " ", "short", "krótki ł", "🦊", "a\n\nb", " kept as it is \n"])(
    "leaves %j as its own only piece",
    (text) => {
      expect(splitText(text, { bytesMax: 100 })).toEqual([text]);
    },
  );

  it("counts bytes where characters could mislead", () => {
    expect(splitText("ł".repeat(50), { bytesMax: 100 })).toHaveLength(1);
    expect(splitText("ł".repeat(51), { bytesMax: 100 }).length).toBeGreaterThan(1);
    expect(splitText("x".repeat(100), { bytesMax: 100 })).toHaveLength(1);
  });

  describe.each(Object.entries(TEXTS))("of %s", (_name, text) => {
    it.each([16, 33, 100, 500, 2_000])(
      "in pieces of %i bytes keeps everything, whole, in order and in bounds",
      (bytesMax) => {
        const pieces = splitText(text, { bytesMax });
        expect(pieces.every((piece) => piece.trim() !== "" && isWhole(piece))).toBe(true);
        expect(Math.max(...pieces.map(bytesOf))).toBeLessThanOrEqual(bytesMax);
        expect(covers(text, pieces)).toBe(true);
      },
    );
  });

  it("keeps everything for made-up texts of any mixture and size", () => {
    const alphabet = [
      "a",
      "Bc",
      "ł",
      "文",
      "🦊",
      "👩‍🚀",
      " ",
      "  ",
      "\n",
      "\n\n",
      ". ",
      "。",
      "?",
      "\t",
      "é",
      "e\u0301",
    ];
    let state = 42;
    const next = (bound: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    };
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: next(400) }, () => alphabet[next(alphabet.length)]).join("");
      const bytesMax = 16 + next(200);
      const pieces = splitText(text, { bytesMax, overlapBytes: next(bytesMax) });
      expect(pieces.length).toBeGreaterThan(0);
      expect(pieces.every((piece) => bytesOf(piece) <= bytesMax && isWhole(piece))).toBe(true);
      const isBlank = text.trim() === "";
      // Repetitive texts make positions ambiguous, so that only the letters' presence is compared here.
      const letters = (part: string): string => [...new Set(part.replace(/\s/gu, ""))].sort().join("");
      expect(isBlank || letters(pieces.join("")) === letters(text)).toBe(true);
      const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
      expect(isBlank || (text.trim().startsWith(first.trim()) && text.trim().endsWith(last.trim()))).toBe(true);
    }
  });

  it("prefers the end of a paragraph to the end of a sentence to the end of a word", () => {
    const first = "One sentence here. Another sentence there.";
    expect(splitText(`${first}\n\nThird one follows. Fourth.`, { bytesMax: 60, overlapBytes: 0 })[0]).toBe(first);
    expect(splitText("One sentence here. Another sentence there, long", { bytesMax: 30, overlapBytes: 0 })[0]).toBe(
      "One sentence here.",
    );
    expect(splitText("no sentence ends in these words at all", { bytesMax: 20, overlapBytes: 0 })[0]).toBe(
      "no sentence ends in",
    );
  });

  it("ends Chinese at its full stop", () => {
    expect(splitText("今天天气很好。我们去公园散步吧", { bytesMax: 30, overlapBytes: 0 })[0]).toBe("今天天气很好。");
  });

  it("repeats a little of the piece before, from the beginning of a word", () => {
    const [first = "", second = ""] = splitText(
      numbered(60, (i) => `w${i}`),
      { bytesMax: 100, overlapBytes: 20 },
    );
    const repeated = second.split(" ").filter((word) => first.split(" ").includes(word));
    expect(repeated.length).toBeGreaterThan(0);
    expect(bytesOf(repeated.join(" "))).toBeLessThanOrEqual(20);
    expect(second.startsWith(repeated.join(" "))).toBe(true);
  });

  it("does not tear a pair of surrogates, nor loop on half of one", () => {
    const torn = `${"🦊".repeat(20)}\ud83d${"🦊".repeat(20)}\udd8a${"x".repeat(40)}`;
    const pieces = splitText(torn, { bytesMax: 18 });
    expect(pieces.every((piece) => bytesOf(piece) <= 18)).toBe(true);
    expect(splitText("🦊".repeat(100), { bytesMax: 17 }).every(isWhole)).toBe(true);
  });

  it("makes one piece of a long text without a word", () => {
    expect(splitText(" \n".repeat(5_000), { bytesMax: 100 })).toEqual([" "]);
  });

  it("adds no piece for white space at the end", () => {
    expect(splitText(`${"word ".repeat(30)}${"\n".repeat(300)}`, { bytesMax: 160 })).toHaveLength(1);
  });

  it.each([".", " ", "\n", ". ", "\n ", "a ", "🦊", ". \n"])("takes a megabyte of %j in its stride", (unit) => {
    const startedAt = performance.now();
    splitText(unit.repeat(1_000_000 / unit.length), { bytesMax: 2_000 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("refuses pieces too small for a character", () => {
    expect(() => splitText("text", { bytesMax: 3 })).toThrow(RangeError);
    expect(() => splitText("text", { bytesMax: Number.NaN })).toThrow(RangeError);
  });
});
