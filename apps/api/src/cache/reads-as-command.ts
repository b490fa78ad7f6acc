import { COMMAND_VERBS, TELLING_VERBS } from "./command-verbs.ts";
import { toClauses } from "./plain-words.ts";
import { ASKS_FOR_NOTICE, ASKS_TO_BE_TOLD, COURTESY, OPENS_QUESTION, REQUEST } from "./question-openings.ts";
import { isDevice, isRoom } from "./wording/house-words.ts";
import { detectLanguage } from "./wording/language.ts";
import { QUESTION_CHARS_MAX } from "./wording/question.ts";
import { isListed } from "./wording/word-list.ts";

/**
 * Whether a text, in English or Polish, asks for something to be done rather than to be told. The answer to such a text
 * ("done, the light is off") must never be given again without doing it.
 *
 * Errs towards yes: whatever does not clearly ask a question counts as a command, and so does what is longer
 * than `QUESTION_CHARS_MAX`.
 */
export function readsAsCommand(text: string): boolean {
  if (text.length > QUESTION_CHARS_MAX) return true;
  const clauses = toClauses(text).flatMap(splitAtConjunctions).map(stripCourtesies).filter(Boolean);
  if (ASKS_FOR_NOTICE.test(clauses.join(" "))) return true;
  return !clauses.some(asks) || clauses.some(tellsToDo);
}

/** "I" is a conjunction in Polish only. */
function splitAtConjunctions(clause: string): string[] {
  const isPolish = detectLanguage(clause.split(" ")) === "pl";
  return clause.split(isPolish ? / (?:i|a|oraz|potem|nastepnie|ale) / : / (?:and|then|but) /);
}

function stripCourtesies(clause: string): string {
  const rest = clause.replace(COURTESY, "").trim();
  return rest === clause ? clause : stripCourtesies(rest);
}

const asks = (clause: string) =>
  ASKS_TO_BE_TOLD.test(clause) || OPENS_QUESTION.test(clause) || isListed(toFirstWord(clause), TELLING_VERBS);

function tellsToDo(clause: string): boolean {
  const asked = clause
    .replace(ASKS_TO_BE_TOLD, "")
    .replace(/^ ?do not /, "")
    .trim();
  return isListed(toFirstWord(asked), COMMAND_VERBS) || isRequest(asked) || asksForWork(asked);
}

/** "Could you explain …" asks to be told. */
function isRequest(clause: string): boolean {
  const requested = clause.replace(REQUEST, "").trim();
  if (requested === clause) return false;
  return !isListed(toFirstWord(requested.replace(/^(?:(?:please|kindly|mi|prosze) )*/, "")), TELLING_VERBS);
}

/** "Can we open the window", "when Ann comes turn on the light": a device or a room, and something done with it. */
function asksForWork(clause: string): boolean {
  if (!/^(?:can|could|may|might|shall|will|would|if|when|czy|kiedy|gdy|jesli|jak(?! \S+c )) /.test(clause))
    return false;
  const words = clause.split(" ").slice(1);
  return words.some((word) => isRoom(word) || isDevice(word)) && words.some((word) => isListed(word, COMMAND_VERBS));
}

const toFirstWord = (clause: string) => clause.split(" ", 1)[0] ?? "";
