import { expect, test } from "vitest";
import { judgeAccess, judgeTokens, type KnownToken } from "./tokens.ts";

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

test.each<[string, boolean | null, string, RegExp]>([
  ["127.0.0.1", false, "pass", /this machine alone/],
  ["::1", null, "pass", /this machine alone/],
  ["localhost", true, "pass", /with a token/],
  ["0.0.0.0", true, "pass", /with a token/],
  ["0.0.0.0", false, "fail", /without a token: the server does not start/],
  ["192.168.1.2", null, "warn", /whether the database holds a token is not known/],
])("HOST=%s, where that it asks for tokens is %s: %s", (host, asksForTokens, level, said) => {
  expect(judgeAccess(host, asksForTokens)).toMatchObject({ level, said: expect.stringMatching(said) as unknown });
});
