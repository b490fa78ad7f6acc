/** One case without diacritics: how names are compared. By way of capitals, where ß is SS and both sigmas are one. */
function fold(word: string): string {
  const bare = word.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().replaceAll("Ł", "L");
  return bare.toLowerCase();
}

const WORD = /[\p{L}\p{M}]+/gu;
const isCapital = (word: string) => /^\p{Lu}/u.test(word);

/**
 * Tells given names among words: a listed name in any case, with or without its diacritics, and the Polish inflections
 * of it where they begin with a capital letter, since in lower case some are common words (`Ida` → `idzie`). It knows no
 * name that is not listed: neither surnames nor diminutives.
 *
 * @param names as the caller lists them; each word of a compound name counts by itself
 */
export function nameMatcher(names: readonly string[]): (word: string) => boolean {
  const listed = new Set(names.flatMap((name) => name.match(WORD) ?? []).map(fold));
  if (listed.size === 0) return () => false;
  const inflected = new Set([...listed].flatMap(inflectionsOf));
  return (word) => {
    const folded = fold(word);
    return listed.has(folded) || (isCapital(word) && inflected.has(folded));
  };
}

/** Words of less than three letters have no inflections that could be told from other words. */
const INFLECTED_CHARS_MIN = 3;

function inflectionsOf(name: string): string[] {
  if (name.length < INFLECTED_CHARS_MIN) return [];
  const stem = name.slice(0, -1);
  if (name.endsWith("a")) return [...withEndings(stem, ["y", "i", "e", "o", "u", "ie"]), ...softened(stem, FEMININE)];
  if (name.endsWith("o")) return withEndings(stem, ["a", "owi", "em", "iem", "u"]);
  if (/[iy]$/.test(name)) return [...withEndings(name, ["ego", "emu", "m"]), ...withEndings(stem, ["ego", "emu"])];
  if (/[eu]$/.test(name)) return [];
  return [...withEndings(name, ["a", "owi", "em", "iem", "ie", "u"]), ...softened(name, MASCULINE)];
}

const withEndings = (stem: string, endings: readonly string[]) => endings.map((ending) => stem + ending);

/** The end of a stem → what takes its place; without diacritics, as everything here. */
type Softening = readonly (readonly [RegExp, readonly string[]])[];

const SHARED: Softening = [
  [/r$/, ["rze"]],
  [/st$/, ["scie"]],
  [/t$/, ["cie"]],
  [/d$/, ["dzie"]],
  [/l$/, ["le"]],
];

/** Monika → Monice, Jadwiga → Jadwidze, Maja → Mai, Kasia → Kasi. */
const FEMININE: Softening = [...SHARED, [/k$/, ["ce"]], [/g$/, ["dze"]], [/j$/, ["i"]], [/i$/, ["i"]]];

/** Marek → Marka, Paweł → Pawła. */
const MASCULINE: Softening = [...SHARED, [/ek$/, ["ka", "kowi", "kiem", "ku"]], [/el$/, ["la", "lowi", "lem", "le"]]];

function softened(stem: string, rules: Softening): string[] {
  return rules.flatMap(([end, instead]) => (end.test(stem) ? instead.map((ending) => stem.replace(end, ending)) : []));
}
