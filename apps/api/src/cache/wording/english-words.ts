import { toPhrases } from "./phrases.ts";
import { toSynonyms } from "./rewriting.ts";

/** Words for one and the same thing, in a question that is not about the words themselves. */
export const ENGLISH_SYNONYMS: ReadonlyMap<string, string> = toSynonyms(`
  big large; bigger larger; biggest largest; begin start; begins starts; movie film; movies films; car automobile;
  cars automobiles; bike bicycle; bikes bicycles; airplane aeroplane; airplanes aeroplanes; buy purchase;
  fix repair; fridge refrigerator; couch sofa; tv television telly; mother mom mum mommy mummy; father dad daddy;
  children kids; phone telephone; phones telephones; photo photograph; photos photographs;
  color colour; colors colours; favorite favourite; center centre; gray grey; theater theatre; aluminum aluminium;
  km kilometer kilometers kilometre kilometres; meter metre; meters metres;
  cm centimeter centimeters centimetre centimetres; mm millimeter millimeters millimetre millimetres;
  kg kilogram kilograms kilo kilos; liter litre; liters litres; minutes mins; hours hrs; % percent;
  mount mt; usa US u.s.a u.s; uk u.k; who whom`);

/** The question is about words, so none of them may be exchanged for another. */
export const ENGLISH_ABOUT_WORDS = toPhrases(
  "anywhere",
  "spell(?:ed|ing|s|t)?|words?|say(?:ing|s)?|said|synonyms?|antonyms?|opposite|translat\\w+|rhymes?|letters?|pronounce\\w*",
  "call(?:ed)?|differ\\w*|abbreviat\\w+|acronym|stands?|short for|plural|etymology|terms?|phrases?|mean|means|meaning",
  "define|definition|write|written as|named?",
);

const ASKING = "what|who|whose|when|where|why|how";
const AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|shall|am";
const PREPOSITION = "in|on|at|for|from|with|to|by";

/** With a question word or an auxiliary in front, where "is" and "do" stand says nothing. */
export const ENGLISH_ASKS = new RegExp(`^(?:${ASKING}|${AUXILIARY}) `);
export const ENGLISH_ASKS_YES_OR_NO = new RegExp(`^(?:${AUXILIARY}|if) `);

/** What may be left behind courtesies. */
export const ENGLISH_OPENINGS = new RegExp(
  `^(?:${ASKING}|which|whom|${AUXILIARY}|if|whether|(?:give|tell) me the|name the|define|(?:${PREPOSITION}) (?:what|which|whom)) `,
);

/** What people say before a question without changing it. */
export const ENGLISH_LEAD = new RegExp(
  `^(?:${[
    "please|kindly|hey|hi|hello|ok|okay|so|well|um|uh|hmm|thanks|sorry|excuse me|by the way|just curious|quick question",
    "good (?:morning|afternoon|evening)",
    // NOTE: "tell me when it is done" asks to be told then, not now.
    "(?:can|could|would|will) you (?:please )?(?:kindly )?tell me(?: please)?(?! (?:the|about|a|when|if|once) )",
    "(?:can|could|would|will) you(?: please| kindly)?(?= (?:(?:tell|give) me the|name the|define) )",
    "tell me(?: please)?(?! (?:the|about|a|when|if|once) )",
    "do you (?:happen to )?know|any idea|do you have any idea|i (?:want|need) to know|i would (?:like|love) to know",
    "i (?:wonder|was wondering|am wondering)(?: if you (?:know|can tell me|could tell me))?|i am curious",
    "(?:may|can) i ask(?: you)?|(?:(?:can|could|would|will) you (?:please )?)?explain(?: to me)?(?= (?:what|how|why))",
  ].join("|")})(?: [,|])? `,
);

/** In these, a "please" at the end may be the word that is asked about. */
export const ENGLISH_QUOTES = toPhrases(
  "anywhere",
  "spell\\w*|words?|say\\w*|said|synonyms?|opposite|translat\\w+|rhymes?|letters?|pronounce\\w*|call(?:ed)?|plural|phrases?",
  "mean\\w*|define|definition|writ\\w+|wrote|shout\\w*|answer\\w*|repl\\w+|hear\\w*|typ\\w+|sign\\w*|express\\w*|use[ds]?",
  "(?:a|after|as|before|between|for|in|like|of|than|the|to|with) please",
);

/** And after one; "thanks" only behind a comma, since it may be what somebody says. */
export const ENGLISH_TAIL = /(?: ,)? please$| , (?:thanks|thank you(?: very much)?)$/;
