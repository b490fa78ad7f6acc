import { expect, test } from "vitest";
import { isNeverKept } from "./never-intents.ts";

const PATTERNS = ["turn_on", "set_*", "*_state", "Hass*"];

test.each([
  "turn_on",
  "TurnOn",
  "turn-on",
  "TURN ON",
  "light.turn_on",
  "set_temperature",
  "climate.set_temperature",
  "get_state",
  "HassTurnOn",
  "HassGetState",
])("%s is never kept", (intent) => expect(isNeverKept(intent, PATTERNS)).toBe(true));

test.each(["turn_online", "settings", "question", "estate", "recipe.turn_on_the_oven", "chassis", "*", "."])(
  "%s may be kept",
  (intent) => expect(isNeverKept(intent, PATTERNS)).toBe(false),
);

test("a pattern's other characters are only characters", () => {
  expect(isNeverKept("anything", ["any.hing", "[a-z]+", "(", ""])).toBe(false);
});
