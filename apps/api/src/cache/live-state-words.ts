import { toPhrases } from "./wording/phrases.ts";
import { toWordList } from "./wording/word-list.ts";

/** Words of questions whose answer is another one soon: lower case, no diacritics; `*` stands for any ending. */
export const LIVE_WORDS = toWordList(`
  now today* tonight tomorrow* yesterday* currently presently nowadays lately recent* latest newest upcoming still already
  yet anymore ago soon later meanwhile just here
  teraz dzis dzisiaj dzisiejsz* jutro jutrzejsz* wczoraj* pojutrze przedwczoraj obecn* aktualn* biezac* wlasnie ostatnio
  niedawno jeszcze nadal wciaz juz zaraz wkrotce pozniej niedlugo tu tutaj godzina godzine

  weather forecast* temperature* humidity rain* snow* storm* sunny windy cloudy foggy outside outdoors pollen uv umbrella jacket coat
  pogod* prognoz* temperatur* wilgotnosc* pada padac padalo deszcz* snieg* sniezy burz* slonecznie wietrznie wieje
  pochmurno mglist* smog* pylk* parasol* kurtk* czapk*

  news headline* score* standings traffic price* cost* stock* share* rate* bitcoin lottery delay* departure* arrival*
  flight* train* bus buses tram*
  wiadomosc* newsy wynik* kork* cen* koszt* kurs kursy notowani* gield* lotto opozni* odjazd* odjezdza* odlot* pociag*
  autobus* tramwaj* lot loty

  battery batteries alarm* timer* reminder* calendar appointment* meeting* schedul* event* list lists email* mail*
  message* notification* voicemail deliver* parcel* package* balance bill bills steps queue playlist volume song
  brightness energy electricity consumption status state
  bateri* budzik* minutnik* przypomnieni* kalendarz* spotkani* wizyt* harmonogram* wydarzeni* list* zakup* poczt* sms*
  powiadomieni* nieodebran* przesylk* paczk* dostaw* saldo rachun* krok* tetno glosnosc* piosenk* utwor* jasnosc* zuzyci*
  prad* stan stanu status*`);

/** The same, for what takes several words. */
export const LIVE_PHRASES = toPhrases(
  "anywhere",
  "(?:this|last|next|past|coming) (?:second|minute|hour|morning|afternoon|evening|night|day|week|weekend|month|year|time)",
  "(?:this|last|next|past|coming) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|quarter|season)",
  "at the moment|so far|these days|up to date|what time|time is it|the time|what day|day is it|what (?:is the )?date",
  "the date|what (?:month|year) is it|how late|opening hours|open until|exchange rate|missed calls?|heart rate|to do",
  "w tej chwili|w tym momencie|do tej pory|na razie|dzis wieczor(?:em)?|plan dnia|godziny otwarcia|na dworze|na polu",
  "(?:tym|zeszlym|przyszlym|nastepnym|ubieglym) (?:tygodniu|miesiacu|roku)|(?:ten|przyszly|zeszly) weekend|na zewnatrz",
  "ktora (?:jest |mamy |teraz )?(?:godzina|jest)|(?:jaki|ktory) (?:jest |mamy |to )?(?:dzien|miesiac|rok)|ktorego",
  "jaka (?:jest |mamy )?data|stopni jest|o ktorej (?:mam|mamy|masz|jest|sa|bedzie|wraca|przyjdzie)",
);

/** Where people and things are, how they are, and what there is of them. */
export const LIVE_QUESTIONS = toPhrases(
  "anywhere",
  "where (?:is|are|am|was|were|did|has|have)|who is (?:at|in|on|here|there|home|outside|inside|upstairs|downstairs)",
  "who is (?:awake|asleep|calling|coming|ringing|playing|speaking|talking)|who (?:called|rang|came|left|texted|emailed)",
  "who (?:turned|opened|closed|locked|ate|took|has)|how (?:is|are|am)(?! an? )|what am i|am i|are (?:you|we|they)",
  "what is (?:on|in|playing|up|wrong|happening|going on|running|next|new|left|open)|is there|are there any|any left",
  "how (?:cold|warm|hot|dark|late|humid|windy|bright|loud|noisy) is it|when will|who (?:won|lost|is winning)",
  "when (?:did|does|is) .* (?:leave|leaving|come|coming|back|return|arrive|home)|for (?:dinner|lunch|breakfast|supper)",
  "do (?:we|i|they|you) have|have (?:we|i|you) got|does (?:\\p{L}+ )?have any|left in",
  "how (?:much|many) .*(?:left|remain\\p{L}*|do (?:we|i) have|have (?:we|i))",
  "(?:did|has|have|had|was|were) (?:i|we|you|he|she|they|anyone|anybody|someone|somebody|my|our)",
  "gdzie (?:jest|sa|jestem|jestes|byl\\p{L}*|podzial\\p{L}*|zostawil\\p{L}*|polozyl\\p{L}*|schowal\\p{L}*)",
  "kto (?:jest|byl|bedzie) (?:w|na|u|przy|za|tam|z)|kto (?:dzwoni\\p{L}*|przyszedl|wyszedl|wrocil|gra|spi|puka\\p{L}*|stoi|zjadl|zostawil)",
  "kto (?:otworzyl|zamknal|wlaczyl|wylaczyl)|kto (?:wygr|przegr|prowadzi)\\p{L}*|jak sie (?:masz|czujesz|ma|czuje|miewa)|ile stopni",
  "jak (?:zimno|cieplo|goraco|ciemno|glosno|jasno|pozno)|(?:co|czego) (?:slucham\\p{L}*|ogladam\\p{L}*)|na (?:obiad|kolacje|sniadanie)",
  "kiedy (?:bedzie|przyjdzie|przyjedzie|wraca|wroci|wychodzi|wyjdzie|wysz\\p{L}*|przysz\\p{L}*|wroc\\p{L}*)",
  "czy \\p{L}+ (?:wroc|wysz|przysz|przyjech|dojech|zasn|wstal|jest|by[lł])\\p{L}*|czy swieci",
  "co (?:gra|leci|slychac|nowego|sie dzieje|robi|jest (?:w|na|wlaczone|otwarte))",
  "czy (?:jestem|jestes|ktos|ktokolwiek|wszyscy|mam|mamy|masz|jest|sa|zostal\\p{L}*|zostawil\\p{L}*|wrocil\\p{L}*)",
  "czy \\p{L}+l(?:em|am|ismy|ysmy|es|as)|ile (?:jest|mamy|mam|zostalo|jeszcze)(?! (?:to|od|do|razy|w|#) )",
  "mamy|zostalo|zabraklo|brakuje",
);

/** At the start, so that "who was the first king" asks for no state. */
export const LIVE_OPENINGS = toPhrases("opening", "(?:did|has|have|had|was|were) (?:it|the)");

/** A yes-or-no question that ends with the state of something. */
export const LIVE_ENDINGS = new RegExp(
  `^(?:(?:is|are) .* (?:${[
    "home|here|there|asleep|awake|back|in|out|away|at (?:work|school|home)|on|off|coming|around|available|busy|online",
    "offline|ready|done|finished|running|playing|charging|charged|working|open|opened|closed|shut|locked|unlocked|armed",
    "disarmed|full|empty|low|connected|warm|cold|hot|dark|clean|dirty|dry|wet",
  ].join("|")})|czy .* (?:${[
    "w domu|w pracy|w szkole|(?:wlaczon|wylaczon|otwart|zamkniet|zgaszon|zapalon|uzbrojon|rozbrojon|naladowan|gotow)\\p{L}*",
    "dziala\\p{L}*|swieci\\p{L}*|chodzi|gra|spi|laduje|pracuje|skonczyl\\p{L}*",
  ].join("|")}))$`,
  "u",
);

/** How to use a thing, what it is, or why its kind is so: nothing of the state of one. */
export const ABOUT_THE_KIND = toPhrases(
  "opening",
  "how (?:do|does|can|to|should|would)(?! (?:the|my|our|it|they) )|what (?:is|are) (?!the |my |our |your |on |in |up )\\p{L}+",
  "what does an?|why (?:do|does) (?!the |my |our )\\p{L}+|who (?:invented|discovered|made)|when was .* invented",
  "jak (?:\\S+c|sie \\S+|dziala\\p{L}*)|co to|czym (?:jest|sa)|dlaczego|kto wynalazl|po co",
);
