import { expect, test } from "vitest";
import { judgeAccess, judgeTokens, type KnownToken } from "./tokens.ts";

const TOKEN: KnownToken = {
  id: "abcd1234",
  label: "kitchen",
  role: "gateway",
  endsInDays: null,
  ageDays: 400,
  unusedDays: 1,
};

test.each<[Partial<KnownToken>, string]>([
  [{}, "pass"],
  [{ endsInDays: 3 }, "warn"],
  [{ endsInDays: 3, unusedDays: 20 }, "pass"],
  [{ endsInDays: 60 }, "pass"],
  [{ unusedDays: 200 }, "warn"],
  [{ unusedDays: null }, "warn"],
  [{ unusedDays: null, ageDays: 2 }, "pass"],
  [{ role: "admin" }, "warn"],
  [{ role: "admin", endsInDays: 60 }, "pass"],
])("%j: %s", (change, level) => {
  const [finding] = judgeTokens([{ ...TOKEN, ...change }], false);
  expect(finding?.level).toBe(level);
});

test.each([
  [[TOKEN, { ...TOKEN, endsInDays: -3 }], false, "pass", /^one token/],
  [[{ ...TOKEN, endsInDays: -3 }], false, "warn", /nobody can call/],
  [[{ ...TOKEN, endsInDays: -3 }], true, "pass", /KEEPSAKE_ADMIN_TOKEN/],
])("a token that has ended is no fault while there is another: %#", (tokens, hasAdminToken, level, said) => {
  expect(judgeTokens(tokens, hasAdminToken)).toMatchObject([{ level, said: expect.stringMatching(said) as unknown }]);
});

test("every token with a fault is named", () => {
  const tokens = [TOKEN, { ...TOKEN, id: "one", endsInDays: 1 }, { ...TOKEN, id: "two", unusedDays: 99 }];
  const findings = judgeTokens(tokens, false);
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
