import { expect, test } from "vitest";
import { questionKey } from "./question-key.ts";

const ann = { userId: "ann" };

test("a question has one key, whatever its case, white space and final mark", () => {
  expect(questionKey(ann, { text: " Who has\nthe key?" })).toBe(questionKey(ann, { text: "who has the key" }));
  expect(questionKey(ann, { text: "who" })).toMatch(/^[0-9a-f]{64}$/);
});

test("another user, another language or none makes another key", () => {
  const keys = [
    questionKey(ann, { text: "pl who" }),
    questionKey(ann, { text: "who", language: "pl" }),
    questionKey(ann, { text: "who", language: "en" }),
    questionKey(ann, { text: "who" }),
    questionKey({ userId: "annpl" }, { text: "who" }),
    questionKey({ userId: "bob" }, { text: "who", language: "pl" }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
