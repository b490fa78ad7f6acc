/** Groups of English and Polish words that mean one thing to the fake model; their inflections follow by the stem. */
const CONCEPTS: readonly string[] = [
  "light lights lamp lamps bulb lighting światło światła świetle lampa lampy lampka żarówka oświetlenie",
  "kitchen kuchnia kuchni kuchnię kuchenny",
  "bedroom sypialnia sypialni sypialnię",
  "bathroom łazienka łazienki łazienkę łazience",
  "lounge salon salonie parlour",
  "temperature heating heat warm warmth thermostat temperatura ogrzewanie ciepło ciepły ciepła grzanie termostat",
  "cold chilly cool zimno zimny zimna chłodno chłodny",
  "coffee espresso latte kawa kawę kawy kawą",
  "tea herbata herbatę herbaty",
  "wake waking alarm budzik budzenie obudź pobudka pobudkę",
  "music song songs playlist muzyka muzykę muzyki piosenka piosenki",
  "door doors drzwi",
  "window windows okno okna oknie",
  "dog dogs puppy pies psa psy",
  "cat cats kitten kot kota koty",
  "car cars auto samochód samochodu samochody",
  "birthday urodziny urodzin",
  "doctor physician lekarz lekarza",
  "office biuro biurze biura",
  "morning rano poranek ranek",
  "evening wieczór wieczorem wieczoru",
  "like likes love prefer prefers lubi lubię woli wolę kocha",
  "allergy allergic alergia alergię uczulenie uczulony",
];

/** Words that say little, so that they weigh little. */
const STOP_WORDS =
  "a an and are at be by do does for from has have how i in is it me my of on or our please that the this to was what when where which who will with you your " +
  "a aby co czy dla do i ile jak jaka jaki jakie jest kiedy kto mi mnie mój moja moje na nie o od oraz po proszę przy się są ten ta to u w we z za ze że";

/** Endings of English and Polish words without their marks, longest first. */
const ENDINGS = "iej ami ach ego emu owi ymi imi ing ow om em am ie ia ej ym im ed es ly y a e i o u s".split(" ");
/** Letters that a stem keeps at least. */
const STEM_CHARS_MIN = 3;

/** A word as it counts: its concept's name, or its stem. */
export interface WeightedWord {
  readonly word: string;
  /** How often it stands in the text, damped by its square root; a seventh of that for words that say little. */
  readonly weight: number;
}

/** The words of a text, folded, stemmed and put together by meaning; in order of first appearance. */
export function toWords(text: string): WeightedWord[] {
  const counts = new Map<string, number>();
  for (const [match] of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const word = fold(match);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => ({
    word: concepts.get(stem(word)) ?? stem(word),
    weight: Math.sqrt(count) * (stopWords.has(word) ? 1 / 7 : 1),
  }));
}

/** Lower case without marks: `Świetle` becomes `swietle`. */
function fold(word: string): string {
  const lower = word.toLowerCase().replaceAll("ł", "l");
  return lower.normalize("NFD").replace(/\p{M}/gu, "");
}

function stem(word: string): string {
  const ending = ENDINGS.find((end) => word.endsWith(end) && word.length - end.length >= STEM_CHARS_MIN);
  return ending === undefined ? word : word.slice(0, -ending.length);
}

const stopWords: ReadonlySet<string> = new Set(STOP_WORDS.split(" ").map(fold));
const concepts: ReadonlyMap<string, string> = new Map(
  CONCEPTS.flatMap((group, index) => group.split(" ").map((word) => [stem(fold(word)), `concept ${index}`] as const)),
);
