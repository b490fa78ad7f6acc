/** Words before the verb that only make it polite. */
const COURTESY = new Set([
  ...["hey", "hi", "ok", "okay", "please", "can", "could", "would", "will", "you", "now", "just"],
  ...["hej", "prosze", "czy", "mozesz", "moglbys", "moglabys", "teraz"],
]);

/** What a home is told to do, in the form in which it is told. */
const ENGLISH =
  "turn switch set dim brighten open close lock unlock arm disarm start stop pause resume play skip mute unmute " +
  "increase decrease raise lower activate deactivate enable disable remind wake cancel delete remove add send call";
const POLISH =
  "wlacz wlaczyc wylacz wylaczyc przelacz zapal zapalic zgas zgasic ustaw ustawic otworz otworzyc zamknij zamknac " +
  "zablokuj odblokuj uzbroj rozbroj uruchom zatrzymaj wstrzymaj wznow odtworz pusc zagraj graj scisz wycisz poglosnij " +
  "podglosnij zwieksz zmniejsz podnies opusc podkrec przykrec przyciemnij rozjasnij aktywuj dezaktywuj przypomnij " +
  "obudz anuluj usun dodaj wyslij zadzwon";
const COMMANDS = new Set(`${ENGLISH} ${POLISH}`.split(" "));

/**
 * Whether a text tells the home to do something instead of asking it: to answer it from the cache would do nothing. In
 * English and Polish, by its first word that is not mere politeness.
 */
export function isCommand(text: string): boolean {
  const words = withoutDiacritics(text).match(/\p{L}+/gu) ?? [];
  return COMMANDS.has(words.find((word) => !COURTESY.has(word)) ?? "");
}

const withoutDiacritics = (text: string) =>
  text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ł", "l");
