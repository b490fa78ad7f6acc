import { describe, expect, test } from "vitest";
import { isSameSubject } from "./polish-cases.ts";

const isSame = (nominative: string, genitive: string) =>
  isSameSubject(nominative.split(" "), "nominative", genitive.split(" "), "genitive");

describe("one thing in two cases", () => {
  test.each([
    ["everest", "everestu"],
    ["mount everest", "mount everestu"],
    ["wisła", "wisły"],
    ["polska", "polski"],
    ["francja", "francji"],
    ["kraków", "krakowa"],
    ["słoń", "słonia"],
    ["dziecko", "dziecka"],
    ["wieża eiffla", "wieży eiffla"],
    ["stanisław", "stanisława"],
    ["tokio", "tokio"],
  ])("%s, %s", (nominative, genitive) => {
    expect(isSame(nominative, genitive)).toBe(true);
    expect(isSameSubject(genitive.split(" "), "genitive", nominative.split(" "), "nominative")).toBe(true);
  });

  test.each([
    ["stanisława", "stanisława"],
    ["stefan", "stefanii"],
    ["jan", "janiny"],
    ["ola", "ali"],
    ["wieża eiffla", "wieży"],
    ["giewont", "rysów"],
  ])("is not assumed of %s, %s", (nominative, genitive) => {
    expect(isSame(nominative, genitive)).toBe(false);
  });
});
