import { type Rewriting, toAlternatives } from "./rewriting.ts";

/** What a thing has one of: "the height of it" is "its height". */
const ATTRIBUTE = toAlternatives(`
  age, area, author, benefits, boiling point, capital, causes, circumference, color, currency, date of birth,
  definition, density, depth, diameter, distance, flag, freezing point, height, inventor, king, length, location,
  mass, meaning, melting point, name, national anthem, nationality, official language, population, president, price,
  prime minister, purpose, queen, radius, shape, size, speed, surface area, symptoms, volume, weight, width`);

/** Several of these belong to a thing; "some of" and "the" ask for the same of them. */
const ATTRIBUTES = toAlternatives(`
  advantages, benefits, causes, cons, disadvantages, effects, examples, ingredients, pros, risks, side effects,
  symptoms, types, uses`);

/**
 * Before one of these, "how do you" asks for the way to do it, as "how do I" does; before "learn" it may well ask the
 * assistant about itself.
 */
const HANDIWORK = toAlternatives(`
  bake, boil, build, clean, cook, defrost, descale, draw, fold, fry, grill, make, measure, open, paint, peel, plant, poach,
  prepare, pronounce, prune, remove, reset, roast, sharpen, spell, steam, tie, unclog, wash`);

/** "How do I look" asks for no way to do anything. */
const STATES = toAlternatives("be, compare, die, do, feel, know, look, rank, rate, score, seem, smell, sound");

const PRONOUN = toAlternatives("i, me, my, mine, you, your, yours, we, us, our");

const SUPERLATIVE = toAlternatives(`
  biggest, cheapest, closest, coldest, deepest, fastest, heaviest, highest, hottest, largest, lightest, longest,
  nearest, oldest, richest, shortest, slowest, smallest, strongest, tallest, youngest`);

const IS = "(is|are|was|were)";

/** One owner, without another owner inside of it. */
const OWNER = "((?:(?! of | 's ).)+)";

/** "How tall is it" asks for its height. */
const MEASURES: readonly Rewriting[] = Object.entries({
  tall: "height",
  long: "length",
  wide: "width",
  deep: "depth",
  heavy: "weight",
  old: "age",
  big: "size",
  fast: "speed",
}).map(([adjective, noun]) => [new RegExp(`^how ${adjective} ${IS} (.+)$`), `what $1 ${noun} of $2`]);

/** How many of these one thing has is how many there are in it. */
const UNITS = "days|weeks|months|hours|minutes|seconds|cm|mm|km|meters|feet|inches|ounces|cents";

const ADJECTIVES = "tall|high|long|wide|deep|heavy|old|big|fast|far|much|many \\S+";

/** A question inside of another sentence has its verb at the end: "(tell me) how tall it is". */
const EMBEDDED: readonly Rewriting[] = [
  [
    new RegExp(`^(what|who|where|when|why|how(?: (?:${ADJECTIVES}))?) ((?:(?! ?\\b(?:is|are|was|were) ).)+) ${IS}$`),
    "$1 $3 $2",
  ],
  [/^(how many \S+) ((?:a|an|the) .+) has$/, "$1 does $2 have"],
  [/^(how much) ((?:a|an|the) .+) (weigh|cost)s$/, "$1 does $2 $3"],
  [/^what (\S+) means$/, "what does $1 mean"],
];

/**
 * Wordings of English questions that ask the same. Texts are in the tokens of `toTokens`, after synonyms.
 */
export const ENGLISH_WORDINGS: readonly Rewriting[] = [
  [/^whether /, "if "],
  // NOTE: "which is yours" offers a choice, "what is yours" does not; before a noun they are the same.
  [/(?<![^ ])which (?!(?:is|are|was|were|do|does|did|has|have|can|could|will|would|should|of|one|ones) )/, "what "],
  [new RegExp(`^which (?=(?:is|are) (?:the )?(?:${SUPERLATIVE}) )`), "what "],
  [/^(in|on|at|for|from|with|to|by) (what|who) (.+)$/, "$2 $3 $1"],
  [/^(what|how|where|why|who|when) (?:exactly|actually|precisely) (?=(?:is|are|was|were|do|does|did) )/, "$1 "],
  ...EMBEDDED,
  [new RegExp(`^(?:give me|tell me|name) the (?=(?:${ATTRIBUTE}) of )`), "what is "],
  [/\bcapital city(?= of |$)/, "capital"],
  [/^what city (is|was) (?:the )?capital of /, "what $1 capital of "],
  [new RegExp(`^(what|who) ${IS} ${OWNER} 's (${ATTRIBUTE})$`), "$1 $2 $4 of $3"],
  [/^how high (is|are) (mount .+)$/, "what $1 height of $2"],
  ...MEASURES,
  [new RegExp(`^what (color|shape) ${IS} (.+)$`), "what $2 $1 of $3"],
  [/^how much (?:does|do) (.+) weigh$/, "what is weight of $1"],
  [/^(?:how much|what) (?:does|do) (.+) cost$/, "what is price of $1"],
  [/^what (is|was) the cost of /, "what $1 price of "],
  [/^what (?:does|do) (.+) mean$|^what is meant by (.+)$/, "what is meaning of $1$2"],
  [/^define /, "what is definition of "],
  [/^how many (?:people|inhabitants|residents) live in (.+)$/, "what is population of $1"],
  [/^how many (?:inhabitants|residents) does (.+) have$/, "what is population of $1"],
  [/^who (?:is|was) the author of (.+)$/, "who wrote $1"],
  [/^who was (.+) written by$/, "who wrote $1"],
  [/^who (?:is|was) the inventor of (.+)$/, "who invented $1"],
  [/^who was (.+) (built|composed|designed|directed|discovered|founded|invented|painted) by$/, "who $2 $1"],
  [/^where (is|are) (.+) (?:located|situated)$/, "where $1 $2"],
  [/^what is the location of /, "where is "],
  [
    /^how far (?:is it|away is|is) (?:from )?(\S+(?: \S+)?) (?:to|from) (\S+(?: \S+)?)$/,
    "what is distance from $1 to $2",
  ],
  [/^what is the distance between (\S+(?: \S+)?) and (\S+(?: \S+)?)$/, "what is distance from $1 to $2"],
  [/^what is the distance from /, "what is distance from "],
  [new RegExp(`^how (?:do|can|does) (?:i|one) (?!(?:${STATES})(?: |$))`), "how to "],
  [new RegExp(`^how (?:do|can) you (?=(?:${HANDIWORK}) )(?!.* (?:${PRONOUN})(?: |$))`), "how to "],
  [new RegExp(`^(how to (?:${HANDIWORK})) (?:an?|the) `), "$1 "],
  [/^what are (?:some of |some )?(?:the )?best /, "what are best "],
  [new RegExp(`^what are (?:some of |some )?(?:the )?(?=(?:${ATTRIBUTES}) (?:of|for) )`), "what are "],
  [/^for how long /, "how long "],
  [/^how much time /, "how long "],
  [/^how much is (?=#\S+ (?:plus|minus|times|divided|[-+*×/÷]|% of) )/, "what is "],
  [/^calculate (?=#)/, "what is "],
  [/^what time (.+) at$/, "what time $1"],
  [/^what temperature (?:does|do) (.+) (boil|freez|melt)e?(?: at)?$/, "what is $2ing point of $1"],
  [/^how come /, "why "],
  [/^(how many .+ (?:is|are)) there in /, "$1 in "],
  [new RegExp(`^how many (${UNITS}) (?:does|do) (.+) have$`), "how many $1 are in $2"],
  [/ \+ /g, " plus "],
  [/(?<=#\S+) - (?=#)/g, " minus "],
  [/(?<=#\S+) [*×x] (?=#)/g, " times "],
  [/(?<=#\S+) [/÷] (?=#)/g, " divided by "],
  [new RegExp(`\\bthe (?=(?:${ATTRIBUTE}) of )`), ""],
  [new RegExp(`^what (\\S+) is (?:the )?(${SUPERLATIVE})(?= |$)`), "what is $2 $1"],
  [new RegExp(`\\bthe (?=(?:${SUPERLATIVE}) )`), ""],
  [/(?<=^who (?:invented|discovered) )the /, ""],
  [/(?<!^what is )\bthe (?=(?:sun|moon|earth|universe|equator|internet)\b)|(?<= in )the (?=world$)/, ""],
  [/\b(?:the )?united states(?: of america)?\b|\bthe usa\b/, "usa"],
  [/\bunited kingdom\b/, "uk"],
];
