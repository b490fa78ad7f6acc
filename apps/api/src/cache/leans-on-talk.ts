import { toClauses } from "./plain-words.ts";

/** Words that stand for something named before, without diacritics. Those that mean something by themselves are left out. */
const POINTING = new Set(
  (
    "he she they him her them his hers their theirs it its this that these those there then one ones same another other " +
    "on ona ono oni one jego jej ich jemu niej nim nimi nia jego go ja mu im je ten ta te ci tego tej tych tym tymi tam tamto " +
    "tamten tamta wtedy taki taka takie tak to inny inna inne"
  ).split(" "),
);

/** How a question begins that goes on from another one. */
const GOING_ON =
  /^(and|but|or|so|then|also|what about|how about|why not|why|when|where|how|who|really|a|i|ale|albo|czyli|wiec|a co|co z|dlaczego|kiedy|gdzie|jak|kto|naprawde)( \S+)?$|^(and|but|also|what about|how about|what else|a co|co z|a|i|ale) /;

/** "It" and "that" that point at nothing: "is it true that …", "how do you say that …". */
const EMPTY_POINTING = /\b(is it (true|possible|safe|legal|healthy|bad|good|ok) (that|to|for)|czy to prawda ze)\b/g;

/**
 * Whether a question can only be understood from what was said before it ("and tomorrow?", "how old is she?", "a jutro?"):
 * in another talk the same words ask for something else, so its answer must not be kept. Errs towards yes.
 */
export function leansOnTalk(text: string): boolean {
  const clauses = toClauses(text).map((clause) => clause.replace(EMPTY_POINTING, " ").trim());
  return clauses.some((clause) => GOING_ON.test(clause) || clause.split(" ").some((word) => POINTING.has(word)));
}
