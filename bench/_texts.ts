/** Most frequent first, as in spoken language. */
const ENGLISH_HEAD =
  "the to and a of i in is that it for you my on we was with have at be this not are but he they she so do from as by our when will if your about had there all can out her would what up one has been more or like just who get me did time want know make day need good going last really home new always work how said then back week never usually morning before after two people year room little bought only house family prefer told every".split(
    " ",
  );
const POLISH_HEAD =
  "w i na się nie z do jest to że a mam o jak po za dla od co ale był tak mi już czy przez tylko może jego być ma była przy kiedy ja my jej bardzo gdy lub bez też pod więc gdzie mnie teraz jeszcze zawsze dom rano lubi kupiła powiedział tydzień zwykle praca dzień wieczorem ludzie rodzina pokój dobrze nigdy przed potem rok nowy mały chce trzeba wiem robi dwa każdy woli ostatnio naprawdę światło kuchnia".split(
    " ",
  );
const ONSETS = "b br c ch d dr f fl g gr h j k kr l m n p pr r s st t tr v w z".split(" ");
const VOWELS = "a e i o u ai ea oo ie".split(" ");
const CODAS = ["", "", "n", "r", "s", "t", "l", "m", "nd", "rk"];
const ENGLISH_TAILS = ["", "", "s", "ing", "ed", "er"];
const POLISH_TAILS = ["a", "y", "ie", "ę", "ów", "ami", "ego", "ła", "ść"];

/** Words of a language, most frequent first; the tail is made up, as names and rare words are to a stemmer. */
const VOCABULARY = 20_000;
/** Subjects that people talk about; what is said of one stands near in meaning. */
const TOPICS = 200;
const TOPIC_WORDS = 12;

/** Numbers in [0, 1), the same for the same seed (Mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A thing somebody might remember, and a question that it answers. */
export interface Sentence {
  readonly language: "en" | "pl";
  readonly text: string;
  readonly question: string;
}

const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

function madeUp(index: number, tails: readonly string[]): string {
  const random = randomFrom(index * 7919 + tails.length);
  const syllables = 1 + Math.ceil(random() * 2);
  const syllable = () => pick(ONSETS, random) + pick(VOWELS, random) + pick(CODAS, random);
  return Array.from({ length: syllables }, syllable).join("") + pick(tails, random);
}

const vocabularies = {
  en: Array.from({ length: VOCABULARY }, (_, rank) => ENGLISH_HEAD[rank] ?? madeUp(rank, ENGLISH_TAILS)),
  pl: Array.from({ length: VOCABULARY }, (_, rank) => POLISH_HEAD[rank] ?? madeUp(rank, POLISH_TAILS)),
};

/** Zipf's law: the word of rank r comes up as often as 1 ÷ r. The inverse of its sum, which is nearly a logarithm. */
const zipfRank = (random: () => number) => Math.floor(VOCABULARY ** random()) - 1;

/** Sentences of 6 to 20 words, half of them English and half Polish; the same for the same seed. */
export function* makeSentences(count: number, seed: number): Generator<Sentence> {
  const random = randomFrom(seed);
  for (let index = 0; index < count; index++) {
    const language = random() < 0.5 ? "en" : "pl";
    const words = vocabularies[language];
    const topic = Math.floor(random() * TOPICS);
    const topicWord = () => words[200 + topic * TOPIC_WORDS + Math.floor(random() * TOPIC_WORDS)] ?? "";
    const said = Array.from({ length: 6 + Math.floor(random() * 15) }, () =>
      random() < 0.25 ? topicWord() : (words[zipfRank(random)] ?? ""),
    );
    // Every sentence is a memory of its own, however often the same words fall.
    const text = `${said.join(" ")} ${index.toString(36)}`;
    yield { language, text, question: toQuestion(language, said, random) };
  }
}

function toQuestion(language: "en" | "pl", said: readonly string[], random: () => number): string {
  const asked = said.filter(() => random() < 0.45).slice(0, 6);
  return `${language === "en" ? "when did i" : "kiedy to ja"} ${[...asked, pick(said, random)].join(" ")}?`;
}
