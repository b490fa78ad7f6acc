import { expect, test } from "vitest";
import { isCommand } from "./command-text.ts";

test.each([
  "Turn on the light",
  "please turn off everything",
  "Hey, could you open the blinds?",
  "SET the heating to 21",
  "Włącz światło w kuchni",
  "prosze wylaczyc radio",
  "Czy możesz zamknąć bramę?",
  "zgaś wszystko",
])("“%s” tells the home to do something", (text) => expect(isCommand(text)).toBe(true));

test.each([
  "Who can turn on the light?",
  "Is the door open?",
  "What should I cook?",
  "Will it rain?",
  "Kto ma klucz?",
  "Ustawa o ochronie danych",
  "Settings of the oven",
  "21",
  "?",
])("“%s” asks it something", (text) => expect(isCommand(text)).toBe(false));
