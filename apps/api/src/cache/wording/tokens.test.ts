import { describe, expect, test } from "vitest";
import { expandContractions } from "./contractions.ts";
import { ENGLISH_NUMBERS, POLISH_NUMBERS } from "./number-words.ts";
import { readNumbers } from "./spoken-numbers.ts";
import { toTokens } from "./tokens.ts";

const cut = (text: string) => toTokens(text).join(" ");

describe("a text is cut so that no sign that may matter is lost", () => {
  test.each([
    ["What's 5-3?", "what 's #5 - #3 ?"],
    ["is it -5 °C", "is it #-5 ° c"],
    ["from 10–12", "from #10 - #12"],
    ["a well-known e-mail", "a well known e - mail"],
    ["x - y", "x - y"],
    ["20% of 1,500.50", "#20 % of #1,500.50"],
    ["C++ or C#", "c + + or c #"],
    ["6' or 6\"", "#6 ' or #6 \""],
    ["Stop. Go!", "stop | go"],
    ["Dr. Who lives", "dr Who lives"],
    ["“Quoted”, he said…", "quoted , he said"],
    ["Is it for us, or the US?", "is it for us , or the US ?"],
    ["ZAŻÓŁĆ gęślą", "zażółć gęślą"],
    ["🙂👍", "🙂 👍"],
    ["", ""],
  ])("%s", (text, tokens) => {
    expect(cut(text)).toBe(tokens);
  });
});

describe("numbers in words are the numbers in digits", () => {
  test.each([
    ["twenty-one", "#21"],
    ["one hundred and five", "#105"],
    ["two thousand five hundred", "#2500"],
    ["5 million", "#5000000"],
    ["three million two hundred thousand and one", "#3200001"],
    ["twenty one point five", "#21.5"],
    ["minus five", "#-5"],
    ["ten minus five", "#10 minus #5"],
    ["twenty twenty", "#20 #20"],
    ["one two three", "#1 #2 #3"],
    ["five and six", "#5 and #6"],
    ["seven thirty", "#7 #30"],
    ["zero", "#0"],
    ["twenty, five", "#20 , #5"],
  ])("%s", (text, tokens) => {
    expect(readNumbers(toTokens(text), ENGLISH_NUMBERS).join(" ")).toBe(tokens);
  });

  test.each([
    ["dwadzieścia jeden", "#21"],
    ["dwudziestu dwóch", "#22"],
    ["sto pięć", "#105"],
    ["dwa tysiące pięćset", "#2500"],
    ["tysiąc", "#1000"],
    ["pół", "pół"],
    ["piec", "piec"],
    ["jeden przecinek pięć", "#1.5"],
  ])("%s", (text, tokens) => {
    expect(readNumbers(toTokens(text), POLISH_NUMBERS).join(" ")).toBe(tokens);
  });
});

test("short forms are written out, and those that may be two things are not", () => {
  expect(expandContractions("What’s it? I can't, won't, isnt")).toBe("What is it? I can not, will not, is not");
  expect(expandContractions("who's eaten Ann's cake")).toBe("who's eaten Ann's cake");
});
