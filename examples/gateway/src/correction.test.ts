import { equal } from "node:assert/strict";
import { test } from "node:test";
import { meaningOf } from "./correction.ts";

test("a correction says what was meant", () => {
  equal(meaningOf("No, I meant the lamp in the hall"), "the lamp in the hall");
  equal(meaningOf("no i mean the other one."), "the other one.");
  equal(meaningOf("Nie, chodziło mi o lampę w sieni"), "lampę w sieni");
  equal(meaningOf("Nie! Miałam na myśli sień"), "sień");
});

test("other words are no correction", () => {
  for (const text of [
    "No",
    "Notes, I mean it",
    "I meant the lamp",
    "No, I do not mean that",
    "Niebo: chodzi mi o nie",
  ]) {
    equal(meaningOf(text), null, text);
  }
});
