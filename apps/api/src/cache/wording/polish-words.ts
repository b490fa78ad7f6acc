import { withoutDiacritics } from "./diacritics.ts";
import { toPhrases } from "./phrases.ts";
import { toAlternatives, toSynonyms } from "./rewriting.ts";

/** Forms of words for one and the same thing, each for the same form of the other. */
export const POLISH_SYNONYMS: ReadonlyMap<string, string> = toSynonyms(`
  samochód auto; samochodu auta; samochodem autem; samochody auta; ile ilu; lodówka chłodziarka;
  telewizor tv; kg kilogram kilograma kilogramy kilogramów kilo; g gram grama gramy gramów;
  km kilometr kilometra kilometry kilometrów; m metr metra metry metrów; cm centymetr centymetra centymetry centymetrów;
  % procent procenta procenty; dziś dzisiaj; zrobić przyrządzić; naprawić zreperować; kupić nabyć; usa US;
  mama mamusia; tata tatuś; babcia babunia`);

/**
 * Words that are often typed without their diacritics, and are no other word then: "swiatlo" can only be "światło".
 * "Piec", "laska" and their like are missing on purpose.
 */
const TYPED_EITHER_WAY = `
  ciszej ciężka ciężki ciężkie cześć dlaczego drzwi dużo duży działa działają dzień dzięki dziękuję długi długie
  długość gdańsk gorąco gęstość głośniej głośność głęboka głęboki głębokie głębokość jedzą jeśli jeść kosztują kraków
  królem książek książka książki książkę księżyc księżyca która które którego której który którym leżą ludności
  ludność miesiąc mieszkańców mieści między mniejszy mogłabyś możesz można mógłbyś najdłuższa najdłuższy najmniejszy
  największa największe największy najwyższa najwyższe najwyższy namalował napisał napisała obiad odkrył odległość
  otwarte otwórz piątek pić poniedziałek powiedzieć poznań prezydentem proszę prędkość później rok rozjaśnij również
  różni różnica różowy siedź się skomponował szerokość są słońca słońce także tydzień tygodniu ugotować umarł umarła
  upiec urodził urodziła usunąć waży ważą wcześniej wielkość wieś wiązać więcej większa większy wolno wrocław
  wyczyścić wyjaśnić wynalazł wysokość wyłącz wyłączyć właściciel włącz włączyć zamknięta zamknięte zbudował zgaś
  zmieścić znajdują zrobić zwiększ złote złoty złotych łazience łazienka łazienki łazienkę łódź łóżka łóżko ściemnij
  śniadanie średnica środa środę światła światło święta żarówka żarówkę żeby żyje żyją żółte żółty`;

const FULL_SPELLINGS: ReadonlyMap<string, string> = new Map(
  TYPED_EITHER_WAY.trim()
    .split(/\s+/)
    .map((word) => [withoutDiacritics(word), word] as const)
    .filter(([plain, word]) => plain !== word),
);

/** A word in full spelling, if it is known and the only one that it can be. */
export const toFullSpelling = (word: string): string => FULL_SPELLINGS.get(word) ?? word;

/** The question is about words. */
export const POLISH_ABOUT_WORDS = toPhrases(
  "anywhere",
  "słow\\S+|wyraz\\S*|znaczy|oznacza|znaczenie|(?:prze)?tłumacz\\S*|po \\S+[sc]ku|pisze|piszemy|napisać|odpisać|odpowie\\S*",
  "pisowni\\S*|litera\\S*|liter|synonim\\S*|skrót\\S*|mówi|powiedzieć|nazywa\\S*|różni\\S*|wymawia\\S*|odmieni\\S*|rymuje",
);

const ASKING = toAlternatives(`
  co, czego, czemu, czym, kto, kogo, komu, kim, gdzie, skąd, dokąd, kiedy, jak, jaka, jaki, jakie, jaką, jakiego, jakiej,
  jakich, jakim, który, która, które, którego, której, którym, ile, dlaczego, czyj, czyja, czyje`);

const PREPOSITION = "w|na|o|do|z|ze|od|po|za|przy|dla|przez|u|pod|nad";

/** With a question word in front, where "jest" stands says nothing. */
export const POLISH_ASKS = new RegExp(`^(?:(?:${PREPOSITION}) )?(?:${ASKING}|czy) `);

/** What may be left behind courtesies. */
export const POLISH_OPENINGS = new RegExp(`^(?:${ASKING}|ilu|czy|(?:${PREPOSITION}) (?:${ASKING})|podaj|wymień) `);

const HOW = "\\S+ć |wysok|dług|szerok|głębok|duż|star|ciężk|daleko|często|szybko|się |zrob";

/** What people say before a question without changing it. */
export const POLISH_LEAD = new RegExp(
  `^(?:${[
    "proszę(?: cię)?|hej|cześć|dzień dobry|halo|słuchaj|ok|okej|przepraszam|mam pytanie",
    "(?:czy )?(?:mógłbyś|mogłabyś|możesz|może pan|może pani)(?: mi)?(?: proszę)? (?:powiedzieć|wyjaśnić)(?: mi)?",
    // NOTE: "powiedz mi, kiedy przyjdzie Ola" may ask to be told then, not now.
    `(?:proszę )?powiedz(?: mi)?(?: proszę)?(?! ,? ?(?:kiedy|gdy|jeśli|jak (?!${HOW})))`,
    "(?:czy )?wiesz(?: może)?|(?:czy )?(?:wiadomo|orientujesz się)",
    "(?:chciałbym|chciałabym|chcę) (?:się dowiedzieć|wiedzieć)|ciekawi mnie|ciekawe|zastanawiam się",
  ].join("|")})(?: [,|])? `,
);

/** And after one; thanks only behind a comma, since they may be what somebody says. */
export const POLISH_TAIL = /(?: ,)? (?:proszę(?: cię)?|powiedz(?: mi)?)$| , (?:dziękuję|dzięki)$/;
