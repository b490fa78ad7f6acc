import { describe, expect, test } from "vitest";
import { contentHash } from "./content-hash.ts";

describe("the same content", () => {
  test.each([
    ["white space around it", "  The kitchen light is warm.\n", "The kitchen light is warm."],
    ["white space inside it", "The  kitchen\tlight\nis warm.", "The kitchen light is warm."],
    ["composed and decomposed letters", "s\u0301wiatło", "światło"],
  ])("is one memory in spite of %s", (_, one, other) => {
    expect(contentHash(one)).toBe(contentHash(other));
  });

  test.each([
    ["a digit", "Heat to 21 degrees", "Heat to 22 degrees"],
    ["case", "Polish", "polish"],
    ["a letter's accent", "zloty", "złoty"],
    ["a joining character that changes the word", "می‌خواهم", "میخواهم"],
  ])("is not assumed across %s", (_, one, other) => {
    expect(contentHash(one)).not.toBe(contentHash(other));
  });
});
