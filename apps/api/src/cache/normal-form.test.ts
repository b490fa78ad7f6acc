import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalForm } from "./normal-form.ts";

describe("two texts are the same question", () => {
  test.each([
    ["in any case", "WHAT should I cook?", "what should i cook?"],
    ["in any case, with Polish letters", "ŻÓŁW JE?", "żółw je?"],
    ["composed or decomposed", "s\u0301wiatło", "światło"],
    ["with any white space", "  who  has\tthe\u00a0key\n", "who has the key"],
    ["with white space of any kind behind a number", "at 5  o'clock", "at 5\u00a0o'clock"],
    ["with or without a final mark", "Who has the key?", "who has the key"],
    ["with several final marks", "Really ?! ...", "really"],
    ["in any case, beside a number", "SET 21 DEGREES", "set 21 degrees"],
  ])("%s", (_, one, other) => expect(normalForm(one)).toBe(normalForm(other)));
});

describe("two texts are different questions", () => {
  test.each([
    ["by a digit", "set it to 21", "set it to 22"],
    ["by a sign", "is it -5 outside", "is it 5 outside"],
    ["by where a sign stands", "7 - 5", "7 -5"],
    ["by a decimal point", "is 3.5 enough", "is 35 enough"],
    ["by a decimal comma", "1,5 l", "15 l"],
    ["by white space inside a number", "1 000", "1000"],
    ["by white space before per cent", "10 %", "10%"],
    ["by white space before a unit", "5 °C", "5°C"],
    ["by the size of a unit", "what runs on 5 mW", "what runs on 5 MW"],
    ["by the size of a unit that touches its number", "what runs on 5mW", "what runs on 5MW"],
    ["by the size of a unit without a number", "what is a mW", "what is a MW"],
    ["by bits and bytes", "how fast is one Mb/s", "how fast is one MB/s"],
    ["by a unit of one letter", "is 300 K warm", "is 300 k warm"],
    ["by a factorial", "what is 5!", "what is 5?"],
    ["by a factorial apart", "what is 5 !", "what is 5"],
    ["by a dot behind a unit", "is it 5 m.", "is it 5 m"],
    ["by superscripts", "10² m", "102 m"],
    ["by a minus of another kind", "−5 degrees", "5 degrees"],
    ["by a currency", "is it $5", "is it €5"],
    ["by a letter's accent", "zrób to", "zrob to"],
    ["by one word", "turn on the light", "turn off the light"],
    ["by inner marks", "let's eat, Ann", "let's eat Ann"],
  ])("%s", (_, one, other) => expect(normalForm(one)).not.toBe(normalForm(other)));
});

describe("laws", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.constantFrom(
      " ",
      "  ",
      "\t",
      "5",
      "21",
      "-5",
      "3.5",
      "mW",
      "MW",
      "kWh",
      "°C",
      "%",
      "?",
      "!",
      "...",
      "Hall",
      "ŻÓŁW",
    ),
  );
  const texts = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

  test("the normal form of a normal form is itself", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(normalForm(normalForm(text))).toBe(normalForm(text));
      }),
    );
  });

  test("no digit, no sign and no mark beside one is lost, added or moved", () => {
    const kept = (text: string) => text.normalize("NFC").match(/\p{N}[.!?]*|[\p{S}%]/gu) ?? [];
    fc.assert(
      fc.property(texts, (text) => {
        expect(kept(normalForm(text))).toEqual(kept(text));
      }),
    );
  });

  test("case, white space around and a final mark change nothing where no digit or sign is", () => {
    const words = fc.stringMatching(/^[a-zżółćęśąźń]{4,9}( [a-zżółćęśąźń]{4,9}){0,5}$/);
    const mark = fc.constantFrom("", ".", "?", "!", " ?", "?!");
    fc.assert(
      fc.property(words, mark, (text, end) => {
        expect(normalForm(` ${text.toUpperCase()}${end}\n`)).toBe(normalForm(text));
      }),
    );
  });
});
