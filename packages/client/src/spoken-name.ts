/** A word of a name: in lower case, and the same without diacritics. */
export interface NameWord {
  readonly text: string;
  readonly folded: string;
}

/**
 * Numbers stay whole, with a minus that stands before them ("floor -1") and what is inside them ("1.5"); other signs are
 * words of their own. Everything else, "_" and "-" too, separates.
 */
const WORD = /(?:(?<![^\s_])[-\u2212])?\p{N}+(?:[.,:]\p{N}+)*|[\p{L}\p{M}]+|[\p{S}%]/gu;
const APOSTROPHE = /['\u2018\u2019\u02bc]/gu;
/** Marks of Latin, Greek and Cyrillic letters. Those of other scripts are vowels, and make another word. */
const DIACRITIC = /[\u0300-\u036f]/gu;
/** Letters that Unicode does not take apart. */
const PLAIN: Readonly<Record<string, string>> = {
  ł: "l",
  đ: "d",
  ħ: "h",
  ı: "i",
  ø: "o",
  ŧ: "t",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
  ð: "d",
  ς: "σ",
};

/** A name as its words: "My-Office", "my_office" and "my office" are the same, "lamp1" is "lamp 1". */
export function toNameWords(name: string): NameWord[] {
  const words = name.normalize("NFKC").toLowerCase().replace(APOSTROPHE, "").match(WORD) ?? [];
  return words.map((word) => {
    const text = word.replace("\u2212", "-");
    return { text, folded: fold(text) };
  });
}

function fold(text: string): string {
  const plain = text.normalize("NFD").replace(DIACRITIC, "").normalize("NFC");
  return plain.replace(/[^\0-\x7f]/gu, (letter) => PLAIN[letter] ?? letter);
}

/** Words run together, since "living room" is "livingroom"; numbers keep their distance: "1 2" is not "12". */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/\p{N}/u.test(word) ? `<${word}>` : word)).join("");
}
