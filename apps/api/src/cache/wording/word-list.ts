/** Words in lower case; one that ends in `*` stands for every word that begins so. */
export type WordList = ReadonlySet<string>;

/** From words with white space between them. */
export const toWordList = (words: string): WordList => new Set(words.trim().split(/\s+/));

/** The entry of a list that a word falls under, the longest first; undefined if there is none. */
export function findEntry(word: string, has: (entry: string) => boolean): string | undefined {
  if (has(word)) return word;
  for (let length = word.length; length > 1; length--) {
    const entry = `${word.slice(0, length)}*`;
    if (has(entry)) return entry;
  }
  return undefined;
}

/** Whether a word falls under any entry. */
export const isListed = (word: string, list: WordList): boolean =>
  findEntry(word, (entry) => list.has(entry)) !== undefined;
