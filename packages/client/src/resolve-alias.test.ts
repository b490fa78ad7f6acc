import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Alias, nearestAlias } from "./resolve-alias.ts";

/** Aliases by the end of their keys, each for an entity of its own. */
const aliasesOf = (...names: string[]): Alias[] =>
  names.map((name) => ({ key: `entity_alias.${name}`, entityId: `light.${name}` }));

const meaning = (name: string, ...names: string[]): [string, string] | null => {
  const found = nearestAlias(name, aliasesOf(...names));
  return found && [found.key.slice("entity_alias.".length), found.match];
};

const HOME = [
  "my_office",
  "kitchen",
  "living_room",
  "hall",
  "lamp_1",
  "lamp_2",
  "kuchnia",
  "salon",
  "łazienka",
  "biuro",
  "sypialnia",
  "światło_okno",
  "garaż",
  "przedpokój",
  "piwnica",
];

describe("a name", () => {
  test.each([
    // As a gateway's first lines would have it.
    ["my office", "my_office", "exact"],
    ["My Office", "my_office", "exact"],
    ["MY-OFFICE", "my_office", "exact"],
    [" my  office. ", "my_office", "exact"],
    ["myOffice", "my_office", "exact"],
    ["the office", "my_office", "exact"],
    ["office", "my_office", "exact"],
    ["our office", "my_office", "exact"],
    ["livingroom", "living_room", "exact"],
    ["the living room", "living_room", "exact"],
    ["Lamp 1", "lamp_1", "exact"],
    ["lamp1", "lamp_1", "exact"],
    ["lamp #2", "lamp_2", "exact"],
    ["ŁAZIENKA", "łazienka", "exact"],
    ["ła\u0301zienka", "łazienka", "spelling"],
    ["lazienka", "łazienka", "spelling"],
    ["garaz", "garaż", "spelling"],
    ["swiatlo okno", "światło_okno", "spelling"],
    ["moje biuro", "biuro", "exact"],
    ["kuchni", "kuchnia", "inflection"],
    ["kuchnię", "kuchnia", "inflection"],
    ["kuchnią", "kuchnia", "spelling"],
    ["salonie", "salon", "inflection"],
    ["salonu", "salon", "inflection"],
    ["biurze", "biuro", "inflection"],
    ["mojego biura", "biuro", "inflection"],
    ["łazience", "łazienka", "inflection"],
    ["lazienke", "łazienka", "inflection"],
    ["sypialni", "sypialnia", "inflection"],
    ["przedpokoju", "przedpokój", "inflection"],
    ["piwnicy", "piwnica", "inflection"],
    ["garażu", "garaż", "inflection"],
    ["światła oknie", "światło_okno", "inflection"],
    ["my ofice", "my_office", "typo"],
    ["my offcie", "my_office", "typo"],
    ["my offise", "my_office", "typo"],
    ["kichen", "kitchen", "typo"],
    ["kitchens", "kitchen", "typo"],
    ["livng room", "living_room", "typo"],
    ["saoln", "salon", "typo"],
    ["kuhnia", "kuchnia", "typo"],
    ["sypilania", "sypialnia", "typo"],
  ])("%s is %s (%s)", (name, alias, match) => {
    expect(meaning(name, ...HOME)).toEqual([alias, match]);
  });

  test.each([
    ["wall", "short words are too near to each other"],
    ["ball", "short words are too near to each other"],
    ["halls", "short words are too near to each other"],
    ["kitten", "two letters off is another word"],
    ["lamp", "a number is missing"],
    ["lamp 3", "another number"],
    ["lamp 12", "another number"],
    ["lamp 1 2", "another number"],
    ["lamp -1", "another number"],
    ["lamp 1.5", "another number"],
    ["lamp 1%", "another sign"],
    ["1 lamp", "another order"],
    ["lamps 1", "the number fits, the short word does not"],
    ["your office", "somebody else's"],
    ["Anna's office", "somebody else's"],
    ["office lamp", "another thing"],
    ["living", "half of a name"],
    ["biurko", "stands in the office"],
    ["the", "no name at all"],
    ["", "nothing"],
    [" _- ", "nothing"],
    ["x".repeat(100_000), "no name is so long"],
  ])("%j is none: %s", (name) => {
    expect(meaning(name, ...HOME)).toBeNull();
  });

  test.each([
    ["lampka", "lampa"],
    ["szafa", "szafka"],
    ["wyjście", "wejście"],
    ["brama wyjazdowa", "brama wjazdowa"],
    ["zewnętrzna", "wewnętrzna"],
    ["night light", "light light"],
    ["dolna", "górna"],
    ["floor 1", "floor_-1"],
    ["scene 15", "scene_1.5"],
    ["tv", "tv+"],
    ["主卧室右边的灯光", "主卧室左边的灯光"],
    ["का बत्ती", "की बत्ती"],
  ])("%s is never %s", (name, alias) => {
    expect(meaning(name, alias)).toBeNull();
  });
});

describe("of several aliases", () => {
  test("the one that differs in less is meant", () => {
    expect(meaning("łąka", "laka", "łąka")).toEqual(["łąka", "exact"]);
    expect(meaning("the office", "my_office", "office")).toEqual(["office", "exact"]);
    expect(meaning("my office", "my_office", "office")).toEqual(["my_office", "exact"]);
    expect(meaning("biura", "biuro", "biura")).toEqual(["biura", "exact"]);
  });

  test("none is meant when two things are equally near", () => {
    expect(meaning("lozko", "łóżko", "lóżko")).toBeNull();
    expect(meaning("bedrom", "bedroom", "bedroms")).toBeNull();
    expect(meaning("lampie", "lampa", "lampy")).toBeNull();
    expect(meaning("lamp one", "Lamp One", "lamp-one")).toBeNull();
  });

  test("those that stand for the same thing do not compete", () => {
    const same = aliasesOf("my_office", "My Office").map(({ key }) => ({ key, entityId: "light.office_main" }));
    expect(nearestAlias("my office", same)).toMatchObject({ entityId: "light.office_main", match: "exact" });
  });
});

describe("for any aliases", () => {
  const word = fc.constantFrom("lampa", "kuchnia", "office", "łóżko", "żółta", "Großer", "двор", "灯");
  const words = fc.array(word, { minLength: 1, maxLength: 3 });
  const number = fc.integer({ min: -20, max: 2_000 });

  test("each is met by its own words, in any case, with any separators, with or without diacritics", () => {
    const ways = fc.tuple(words, fc.constantFrom(" ", "_", "-", ". "), fc.constantFrom("toUpperCase", "toLowerCase"));
    fc.assert(
      fc.property(ways, ([name, separator, change]) => {
        const spoken = name.join(separator)[change as "toUpperCase"]();
        expect(meaning(spoken, name.join("_"))?.[0]).toBe(name.join("_"));
        const plain = spoken.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
        expect(meaning(plain, name.join("_"))?.[0]).toBe(name.join("_"));
      }),
    );
  });

  test("a number is never taken for another one", () => {
    fc.assert(
      fc.property(words, number, number, (name, one, other) => {
        const found = meaning(`${name.join(" ")} ${one}`, `${name.join("_")}_${other}`);
        expect(found !== null).toBe(one === other);
      }),
    );
  });

  test("their order makes no difference", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("office", "kuchni", "lampa 1", "saoln", "hall"),
        fc.shuffledSubarray(HOME),
        (name, some) => {
          expect(meaning(name, ...some)).toEqual(meaning(name, ...some.toReversed()));
        },
      ),
    );
  });
});
