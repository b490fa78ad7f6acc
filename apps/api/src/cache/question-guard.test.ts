import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayShareAnswer } from "./question-guard.ts";
import { OPPOSITES } from "./wording/opposites.ts";

const isShared = (one: string, other: string, names: readonly string[] = []) => mayShareAnswer(one, other, names).ok;

/** Questions of every kind, to be changed in one place: all lines of the polarity sets. */
const QUESTIONS = ["never.txt", "should.txt"].flatMap((file) =>
  readFileSync(new URL(`../../test/polarity/${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.includes(" | "))
    .flatMap((line) => line.split(" | ")),
);
const question = fc.constantFrom(...QUESTIONS);

describe("whatever two texts say", () => {
  const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 80 }), question);

  test("the verdict is the same both ways", () => {
    fc.assert(
      fc.property(text, text, (one, other) => isShared(one, other) === isShared(other, one)),
      { numRuns: 2000 },
    );
  });

  test("a text may have its own answer", () => {
    fc.assert(fc.property(text, (one) => isShared(one, one)));
  });

  test("case, space, quotation marks and a full stop change nothing", () => {
    fc.assert(
      fc.property(fc.constantFrom("how tall is mount everest", "ile nóg ma pająk"), (one) => {
        expect(isShared(one, `  “${one.toUpperCase()}”  `)).toBe(true);
        expect(isShared(one, `${one.replaceAll(" ", "\n\t")}?`)).toBe(true);
        expect(isShared(one.normalize("NFD"), one)).toBe(true);
      }),
    );
  });
});

describe("a question that differs in one place is another question", () => {
  const FRAMES = [
    (word: string) => `what is good at ${word}`,
    (word: string) => `is it ${word} in the kitchen`,
    (word: string) => `how do I make it ${word}`,
    (word: string) => `co znaczy ${word} w domu`,
    (word: string) => `czy jest ${word} w kuchni`,
  ];
  const frame = fc.constantFrom(...FRAMES);

  test("when a number is another one, in digits or in words", () => {
    const number = fc.oneof(fc.integer({ min: -1000, max: 5000 }), fc.double({ min: -99, max: 99, noNaN: true }));
    fc.assert(
      fc.property(frame, number, number, (put, one, other) => {
        fc.pre(one !== other && !(one === 0 && other === 0));
        return !isShared(put(`${one}`), put(`${other}`));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }), (one, other) => {
        expect(isShared(`what is ${inWords(one)} plus one`, `what is ${other} plus one`)).toBe(one === other);
      }),
    );
  });

  test.each(["not", "never", "nie", "nigdy", "without", "bez"])("when one of them has a %s more", (negation) => {
    fc.assert(
      fc.property(question, fc.nat(), (one, seed) => {
        const words = one.split(" ");
        const at = 1 + (seed % words.length);
        return !isShared(one, [...words.slice(0, at), negation, ...words.slice(at)].join(" "));
      }),
      { numRuns: 500 },
    );
  });

  test("when a word is replaced by its opposite", () => {
    for (const group of OPPOSITES) {
      const words = group.map((side) => side[0]?.replace("*", "") ?? "");
      for (const put of FRAMES) {
        for (const [at, one] of words.entries()) {
          for (const other of words.slice(at + 1))
            expect([one, other, isShared(put(one), put(other))]).toEqual([one, other, false]);
        }
      }
    }
  });

  test("when it is about another room, device or person", () => {
    const things =
      "kitchen bedroom hall attic garage lamp fan heater kuchni sypialni salonie łazience lampa lampę Ann Anna Ola Oli";
    const thing = fc.constantFrom(...things.split(" "));
    fc.assert(
      fc.property(frame, thing, thing, (put, one, other) => isShared(put(one), put(other)) === (one === other)),
      { numRuns: 1000 },
    );
  });

  test("when two of its words have changed places", () => {
    expect(isShared("does Ann love Ben", "does Ben love Ann")).toBe(false);
    expect(isShared("jak dojechać z Łodzi do Gdyni", "jak dojechać z Gdyni do Łodzi")).toBe(false);
  });

  test("when a word is left out that is not known to mean nothing", () => {
    fc.assert(
      fc.property(question, fc.constantFrom("only", "almost", "frozen", "tylko", "prawie", "mrożony"), (one, word) => {
        const words = one.split(" ");
        return !isShared(one, [...words.slice(0, -1), word, ...words.slice(-1)].join(" "));
      }),
    );
  });
});

describe("the user's names", () => {
  test("are never read as words", () => {
    expect(isShared("what does May like", "what does may like", ["May"])).toBe(true);
    expect(isShared("how tall is Mum", "how tall is Mother", ["Mum", "Mother"])).toBe(false);
    expect(isShared("what's the size of One", "what's the size of 1", ["One"])).toBe(false);
  });

  test("take nothing from what the other words of a text tell apart", () => {
    expect(isShared("does Ann like Turkey", "does Ann like turkey", ["Ann"])).toBe(false);
    expect(isShared("is Ola's room 21 °C", "is Ola’s room 22 °C", ["Ola's room"])).toBe(false);
    expect(isShared("how warm is Ola's room", "How warm is Ola’s Room?", ["Ola's room"])).toBe(true);
  });

  test("are one word each, the longest first", () => {
    expect(isShared("How old is Ann Marie?", "what is Ann Marie's age", ["Ann", "Ann Marie"])).toBe(true);
    expect(isShared("How old is Ann Marie?", "what is Ann's age", ["Ann", "Ann Marie"])).toBe(false);
  });

  test("that look like two forms of one are two", () => {
    expect(isShared("Ile lat ma Jan?", "Jaki jest wiek Jana?")).toBe(true);
    expect(isShared("Ile lat ma Jan?", "Jaki jest wiek Jana?", ["Jan", "Jana"])).toBe(false);
  });
});

describe("a refusal says why", () => {
  test.each([
    ["is 21 too warm", "is 22 too warm", "their numbers differ"],
    ["which birds can fly", "which birds can't fly", "one of them is negated"],
    ["is the door open", "is the door closed", "they hold opposite words"],
    ["how old is the lamp", "how old is the bed", "they name different people, rooms or things"],
    ["when did he die", "how did he die", "they ask in different ways"],
    ["can I eat it", "may I eat it", "they ask in different ways"],
    ["who wrote Hamlet", "who wrote Macbeth", "a word of one has no counterpart in the other"],
    ["does Ann love Ben", "does Ben love Ann", "their words are in another order"],
    ["what is the capital", "jaka jest stolica", "they are in different languages"],
    ["a".repeat(1001), "a", "one is too long"],
  ])("%.40s | %.40s: %s", (one, other, because) => {
    expect(mayShareAnswer(one, other, [])).toEqual({ ok: false, because });
  });

  test("and shows nothing of what was said", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12}$/), question, (word, one) => {
        expect(JSON.stringify(mayShareAnswer(`${one} ${word}`, one, [word]))).not.toContain(word);
      }),
    );
  });
});

test("hostile texts are answered at once", () => {
  for (const unit of [
    "a ",
    "is ",
    "the ",
    "'s of ",
    "#",
    "-5 ",
    "1,",
    "‹",
    " @genitive ",
    "what is ",
    "\u0000",
    "ą̨ ",
    "twenty ",
  ]) {
    const text = unit.repeat(1000 / unit.length);
    const startedMs = performance.now();
    mayShareAnswer(`how far is ${text}`.slice(0, 1000), `what is ${text}`.slice(0, 1000), [text, unit]);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  }
});

const UNITS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** @param value 0 to 99 */
function inWords(value: number): string {
  if (value < 20) return UNITS[value] ?? "";
  const tens = TENS[Math.floor(value / 10) - 2] ?? "";
  return value % 10 === 0 ? tens : `${tens}-${UNITS[value % 10]}`;
}
