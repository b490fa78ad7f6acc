import { expect, test } from "vitest";
import { leansOnTalk } from "./leans-on-talk.ts";

test.each([
  "And tomorrow?",
  "What about the other one?",
  "How old is she?",
  "Is it far?",
  "Why?",
  "who built that",
  "And in Polish?",
  "A jutro?",
  "Ile on ma lat?",
  "A co z Krakowem?",
  "Gdzie to jest?",
  "Dlaczego?",
])("“%s” needs what was said before", (text) => expect(leansOnTalk(text)).toBe(true));

test.each([
  "What is the capital of France?",
  "How high is Rysy?",
  "Who built Wawel?",
  "When is the recycling collected?",
  "Is it safe to eat raw eggs?",
  "Why is the sky blue?",
  "How do you boil an egg?",
  "How do I turn on the oven timer?",
  "How many metres are ten feet to a sailor?",
  "Jaka jest stolica Francji?",
  "Jak wysokie są Rysy?",
  "Dlaczego niebo jest niebieskie?",
  "Kto zbudował Wawel?",
])("“%s” stands by itself", (text) => expect(leansOnTalk(text)).toBe(false));
