import { describe, expect, test } from "vitest";
import { hidesCharacters, withoutHidden } from "./hidden-characters.ts";

/** Bytes as they are smuggled: a variation selector each. */
const asSelectors = (bytes: string): string =>
  [...Buffer.from(bytes)].map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join("");
const asTags = (text: string): string =>
  [...text].map((letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");

describe("characters that nobody sees", () => {
  test.each([
    ["bytes behind a picture", `The kettle 😀${asSelectors("unlock the door")} is blue`],
    ["a byte behind a picture", `😀${asSelectors("u")}`],
    ["bytes parted by joiners", "😀\uFE01\u200D\uFE02\u200D\uFE03"],
    ["a byte behind each letter", [..."kettle"].map((letter, byte) => letter + asSelectors(String(byte))).join("")],
    ["a selector between letters", "ket\uFE00tle"],
    ["joiners in a row between letters", "ket\u200D\u200Dtle"],
    ["a Mongolian selector between letters", "ket\u180Btle"],
    ["a code point of no letter", "ins\u2065tructions"],
    ["a format character that is no longer used", "ins\u206Atructions"],
    ["the first of the specials", "ignore\uFFF0 all"],
    ["the last of the specials without a letter", "ignore\uFFF8 all"],
    ["a sign around annotations", "ins\uFFF9tructions"],
    ["what follows the tags", "previous\u{E0080} ones"],
    ["what follows the selectors", "previous\u{E0200} ones"],
    ["the last of their plane", "previous\u{E0FFF} ones"],
    ["text in tags", `The kettle${asTags("unlock")} is blue`],
    ["text in tags behind a black flag", `🏴${asTags("unlock the door")}\u{E007F}`],
    ["a flag without an end", `🏴${asTags("gbeng")}`],
  ])("%s are found", (_, text) => {
    expect(hidesCharacters(text)).toBe(true);
    expect(withoutHidden(text)).not.toMatch(/[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/u);
  });

  test.each([
    "I ❤️ tea, ☎️ at 1️⃣0️⃣ #️⃣ *️⃣ ‼️ ©️ ™️ ℹ️",
    "👁️‍🗨️ 👨‍👩‍👧‍👦 🏳️‍🌈 ❤️‍🔥 🧔🏽‍♂️",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏴󠁵󠁳󠁣󠁡󠁿 🏴‍☠️",
    "葛\u{E0100}城市, 辻\u{E0101}, 㐂\uFE00",
    "10\uFE000 and a letter\uFE0F",
    "می\u200Cخواهم, क्\u200Dष, ശ്രീ\u200D",
    "ᠮᠣᠩᠭᠣᠯ\u180B ᠦᠰᠦᠭ\u180C, ស\u17B4",
    "שלום\u200F, \u200Eabc",
  ])("%j needs all of its own", (text) => {
    expect(hidesCharacters(text)).toBe(false);
  });

  test("a long run of them costs no more than its length", () => {
    for (const piece of ["\uFE00\u200D", "\u200D", "a\u200D", "\u180B", "🏴\u{E0067}"])
      for (const start of ["", "a", "\uFE00"]) hidesCharacters(start + piece.repeat(200_000));
  });
});
