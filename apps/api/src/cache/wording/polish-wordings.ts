import type { Rewriting } from "./rewriting.ts";

/**
 * Stands before what a question is about, with the case that the wording puts it into. The same thing is "Everest" in
 * one wording and "Everestu" in the other.
 */
export const SUBJECT_MARKS = { nominative: "@nominative", genitive: "@genitive", accusative: "@accusative" } as const;

const BE = "(?:jest|są)";
const NOMINATIVE = ` ${SUBJECT_MARKS.nominative} `;
const GENITIVE = ` ${SUBJECT_MARKS.genitive} `;
const ACCUSATIVE = ` ${SUBJECT_MARKS.accusative} `;

/** A property's noun, in the nominative and in the accusative, and the adjective or verb that asks for it. */
const PROPERTIES: readonly (readonly [noun: string, accusative: string, asks: string])[] = [
  ["wysokość", "wysokość", `jak (?:wysoki|wysoka|wysokie) ${BE}`],
  ["długość", "długość", `jak (?:długi|długa|długie) ${BE}`],
  ["szerokość", "szerokość", `jak (?:szeroki|szeroka|szerokie) ${BE}`],
  ["głębokość", "głębokość", `jak (?:głęboki|głęboka|głębokie) ${BE}`],
  ["wielkość", "wielkość", `jak (?:duży|duża|duże) ${BE}`],
  ["waga", "wagę", `ile (?:waży|ważą)|jak (?:ciężki|ciężka|ciężkie) ${BE}`],
  ["wiek", "wiek", `ile lat (?:ma|mają)|jak (?:stary|stara|stare) ${BE}`],
  ["cena", "cenę", "ile (?:kosztuje|kosztują)"],
  ["powierzchnia", "powierzchnię", `jaką powierzchnię ${BE}`],
  ["kolor", "kolor", `(?:jakiego|w jakim) (?:koloru|kolorze) ${BE}`],
  ["średnica", "średnicę", `jaką średnicę ${BE}`],
  ["populacja", "populację", "ile mieszkańców (?:ma|mają)"],
];

const PROPERTY_WORDINGS: readonly Rewriting[] = PROPERTIES.flatMap(([noun, accusative, asks]): Rewriting[] => [
  [new RegExp(`^(?:${asks}) (?!\\S*#)(.+)$`), `jaki ${noun}${NOMINATIVE}$1`],
  [new RegExp(`^(?:jaki|jaka|jaką|jakie) ${accusative} (?:ma|mają) (.+)$`), `jaki ${noun}${NOMINATIVE}$1`],
  [new RegExp(`^(?:jaki|jaka) ${BE} ${noun} (.+)$`), `jaki ${noun}${GENITIVE}$1`],
  [new RegExp(`^podaj ${accusative} (.+)$`), `jaki ${noun}${GENITIVE}$1`],
]);

/** What a country has one of: nominative, accusative, instrumental. Always with the genitive behind it. */
const THINGS: readonly (readonly [nominative: string, accusative: string, instrumental: string])[] = [
  ["stolica", "stolicę", "stolicą"],
  ["waluta", "walutę", "walutą"],
];
const PEOPLE: typeof THINGS = [
  ["prezydent", "prezydenta", "prezydentem"],
  ["premier", "premiera", "premierem"],
  ["król", "króla", "królem"],
  ["królowa", "królową", "królową"],
  ["burmistrz", "burmistrza", "burmistrzem"],
];

const THING_WORDINGS: readonly Rewriting[] = THINGS.flatMap(([nominative, accusative, instrumental]): Rewriting[] => [
  [new RegExp(`^(?:co|jakie miasto|które miasto) ${BE} ${instrumental} `), `jaka ${nominative} `],
  [new RegExp(`^(?:jaka|która) ${BE} ${nominative} `), `jaka ${nominative} `],
  [new RegExp(`^podaj ${accusative} `), `jaka ${nominative} `],
]);

/** "Jaki jest prezydent" asks what he is like. */
const PEOPLE_WORDINGS: readonly Rewriting[] = PEOPLE.flatMap(([nominative, , instrumental]): Rewriting[] => [
  [new RegExp(`^kto ${BE} ${instrumental} `), `kim ${nominative} `],
  [new RegExp(`^kim ${BE} ${nominative} `), `kim ${nominative} `],
  [new RegExp(`^jak (?:się nazywa|nazywa się) ${nominative} `), `kim ${nominative} `],
]);

/** Wordings of Polish questions that ask the same. */
export const POLISH_WORDINGS: readonly Rewriting[] = [
  [/^(podaj|wymień) (?:mi |proszę )/, "$1 "],
  [/^ile ludzi mieszka w |^ile osób mieszka w |^ile mieszkańców mieszka w /, "ile ludzi mieszka w "],
  [/^jaka jest liczba (?:ludności|mieszkańców) /, "jaka jest populacja "],
  ...PROPERTY_WORDINGS,
  ...THING_WORDINGS,
  ...PEOPLE_WORDINGS,
  [/^czemu (?!służ|zawdzięcz|odpowiada|uleg|podleg|sprzyja|szkodzi|zaprzecza|przypis|się )/, "dlaczego "],
  [/^co to (?:jest |są )?(?!za |znaczy |oznacza )(.+)$/, `czym jest${NOMINATIVE}$1`],
  [/^czym (?:jest|są) (?!@)(.+)$/, `czym jest${NOMINATIVE}$1`],
  [/^co (?:to )?(?:znaczy|oznacza) /, "co znaczy "],
  [/^kto (?:jest|był|była) (?:autorem|autorką) (?!książki )(.+)$/, `kto napisał${GENITIVE}$1`],
  [/^kto napisał(?:a)? (?!książkę )(?!@)(.+)$/, `kto napisał${ACCUSATIVE}$1`],
  [/^gdzie (?:się )?(?:znajduje|znajdują|leży|leżą|mieści|mieszczą)(?: się)? (.+)$/, "gdzie jest $1"],
  [/^(?:w jaki sposób|jak można|jak mogę|jak należy) (?=\S+ć )/, "jak "],
  [/^ile czasu (?=\S+ć |trwa |zajmuje |gotuje )/, "jak długo "],
  [/^ile (?:to jest|to są|to|jest) (?=#)/, "ile jest "],
  [/^(?:jaki|jaka|jakie|który|która|które) (\S+) jest (naj\S+)(?= |$)/, "jaki jest $2 $1"],
  [/^(?:jaka|jakie|który|która|które) jest (?=naj)/, "jaki jest "],
  [/^z jakiego powodu /, "dlaczego "],
  [/^jak daleko jest (?=z )/, "jaka jest odległość "],
];
