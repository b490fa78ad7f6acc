/** A word as it is typed on a keyboard without diacritics: "żółć" becomes "zolc". */
export function withoutDiacritics(word: string): string {
  // Most words have none, and normalising costs far more than looking.
  if (/^[ -~]*$/.test(word)) return word;
  return word.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("ł", "l").replaceAll("Ł", "L");
}

/** How many letters of a text are among those that Polish adds to the Latin alphabet. */
export const countPolishLetters = (text: string): number => text.match(/[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]/gu)?.length ?? 0;
