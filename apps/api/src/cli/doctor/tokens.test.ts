import { expect, test } from "vitest";
import { judgeTokens, type KnownToken } from "./tokens.ts";

const TOKEN: KnownToken = {
  id: "abcd1234",
  label: "kitchen",
  role: "gateway",
  isExpired: false,
  hasEnd: false,
  ageDays: 400,
  unusedDays: 1,
};

test.each<[Partial<KnownToken>, string]>([
  [{}, "pass"],
  [{ isExpired: true }, "warn"],
  [{ unusedDays: 200 }, "warn"],
  [{ unusedDays: null }, "warn"],
  [{ unusedDays: null, ageDays: 2 }, "pass"],
  [{ role: "admin" }, "warn"],
  [{ role: "admin", hasEnd: true }, "pass"],
])("%j: %s", (change, level) => {
  const [finding] = judgeTokens([{ ...TOKEN, ...change }]);
  expect(finding?.level).toBe(level);
});

test("every token with a fault is named", () => {
  const findings = judgeTokens([
    TOKEN,
    { ...TOKEN, id: "one", isExpired: true },
    { ...TOKEN, id: "two", unusedDays: 99 },
  ]);
  expect(findings.map(({ said }) => /token (\w+)/.exec(said)?.[1])).toEqual(["one", "two"]);
});
