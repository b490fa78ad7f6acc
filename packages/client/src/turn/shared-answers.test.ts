import { describe, expect, test } from "vitest";
import { normalQuestion, SharedAnswers } from "./shared-answers.ts";

const isSame = (one: string, other: string) => normalQuestion({ text: one }) === normalQuestion({ text: other });

describe("two questions", () => {
  test.each([
    ["Capital of France?", "capital of  france"],
    ["What is Łódź known for?", "what is łódź known for !"],
    ["Za\u017co\u0301\u0142c\u0301", "zażółć"],
  ])("%s and %s are the same", (one, other) => expect(isSame(one, other)).toBe(true));

  test.each([
    ["Is it 21 degrees?", "Is it 22 degrees?"],
    ["What is 5!", "What is 5"],
    ["How many mW has it?", "How many MW has it?"],
    ["What is a Mb?", "What is a MB?"],
    ["Is it on?", "Is it not on?"],
    ["Włącz", "Wyłącz"],
  ])("%s and %s are not", (one, other) => expect(isSame(one, other)).toBe(false));

  test("are not the same in another language or with another intent", () => {
    const keys = [{}, { language: "en" }, { language: "pl" }, { intent: "weather" }].map((named) =>
      normalQuestion({ text: "No", ...named }),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("an announced answer is found until it has ended, and its first end counts", async () => {
  const shared = new SharedAnswers();
  expect(shared.find("q")).toBeNull();
  const end = shared.announce("q");
  const found = shared.find("q");
  end("answer");
  end(null);
  expect(await found).toBe("answer");
  expect(shared.find("q")).toBeNull();
});
