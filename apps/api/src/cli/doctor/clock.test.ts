import { expect, test } from "vitest";
import { examineTimeZone, judgeSkew } from "./clock.ts";

test.each([
  [0, "pass"],
  [-900, "pass"],
  [5_000, "warn"],
  [-30_000, "warn"],
  [7_200_000, "fail"],
  [-7_200_000, "fail"],
])("%i ms from the database's clock: %s", (skewMs, level) => expect(judgeSkew(skewMs).level).toBe(level));

test("a time zone has to be one", () => {
  expect(examineTimeZone("Europe/Warsaw")).toMatchObject({ level: "pass", said: "Europe/Warsaw" });
  expect(examineTimeZone("Europe/Warszawa").level).toBe("fail");
  expect(examineTimeZone(undefined).level).toBe("pass");
});
