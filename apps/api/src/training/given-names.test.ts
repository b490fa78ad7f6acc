import fc from "fast-check";
import { expect, test } from "vitest";
import { nameMatcher } from "./given-names.ts";

const found = (names: string[], text: string) => (text.match(/[\p{L}\p{M}]+/gu) ?? []).filter(nameMatcher(names));

test("a listed name is found in any case, with or without diacritics", () => {
  expect(found(["Łucja", "Zoë"], "łucja LUCJA Łucja Lucja zoe Zoë zoé lucjan")).toEqual(
    "łucja LUCJA Łucja Lucja zoe Zoë zoé".split(" "),
  );
});

test.each([
  ["Ola", "Ola Oli Olę Olą Olo Olu"],
  ["Kasia", "Kasia Kasi Kasię Kasią Kasiu"],
  ["Monika", "Monika Moniki Monice Monikę Moniką Moniko"],
  ["Jadwiga", "Jadwiga Jadwigi Jadwidze Jadwigę Jadwigą"],
  ["Barbara", "Barbara Barbary Barbarze Barbarę"],
  ["Dorota", "Dorota Doroty Dorocie Dorotę"],
  ["Magda", "Magda Magdy Magdzie Magdę"],
  ["Anna", "Anna Anny Annie Annę Anną Anno"],
  ["Maja", "Maja Mai Maję Mają Maju"],
  ["Maria", "Maria Marii Marię Marią Mario"],
  ["Jan", "Jan Jana Janowi Janem Janie"],
  ["Marek", "Marek Marka Markowi Markiem Marku"],
  ["Paweł", "Paweł Pawła Pawłowi Pawłem Pawle Pawel Pawla"],
  ["Piotr", "Piotr Piotra Piotrowi Piotrem Piotrze"],
  ["Robert", "Robert Roberta Robertowi Robertem Robercie"],
  ["Michał", "Michał Michała Michałowi Michałem Michale"],
  ["Jerzy", "Jerzy Jerzego Jerzemu Jerzym"],
  ["Antoni", "Antoni Antoniego Antoniemu Antonim"],
  ["Mieszko", "Mieszko Mieszka Mieszkowi Mieszkiem Mieszku"],
])("the inflections of %s are found", (name, forms) => {
  expect(found([name], forms)).toEqual(forms.split(" "));
});

test("words that look like an inflection stay when they are written small, and longer words always", () => {
  expect(found(["Ida", "Ola", "Marek"], "idzie marka Olaf Olsztyn Marketing olej")).toEqual([]);
  expect(found(["Ida"], "Idzie")).toEqual(["Idzie"]);
});

test("each word of a compound name counts", () => {
  expect(found(["Anna-Maria", "Jo Ann"], "Anna, Maria i Ann")).toEqual(["Anna", "Maria", "Ann"]);
});

test("every listed name is found, whatever its script", () => {
  // Ancient Greek's letters with a small iota, and the capital ß, lose it when their case changes.
  const Name = fc.stringMatching(/^\p{L}{2,12}$/u).filter((name) => !/[\u1e9e\u1f80-\u1fff]/u.test(name));
  fc.assert(
    fc.property(Name, (name) => {
      for (const form of [name, name.toUpperCase(), name.normalize("NFD")]) {
        const words = form.match(/[\p{L}\p{M}]+/gu) ?? [];
        expect(words.every(nameMatcher([name]))).toBe(true);
      }
    }),
  );
});
