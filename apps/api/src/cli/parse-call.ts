import { parseArgs } from "node:util";
import { distance } from "fastest-levenshtein";
import { type Command, type CommandCall, UsageError } from "./command.ts";

/** What was typed: a call of a command, or the wish for help, on one command or on those of a first word. */
export type ParsedLine =
  | { readonly type: "call"; readonly command: Command; readonly call: Pick<CommandCall, "values" | "positionals"> }
  | { readonly type: "help"; readonly command: Command }
  | { readonly type: "list"; readonly commands: readonly Command[] };

const HELP = new Set(["--help", "-h"]);
/** Letters added, left out or changed, at most, for a word to be taken for a slip of another. */
const SLIPS_MAX = 2;

/**
 * Understands a command line.
 *
 * @param words what stands behind `keepsake`
 * @throws UsageError
 */
export function parseLine(commands: readonly Command[], words: readonly string[]): ParsedLine {
  const command = commands.findLast(({ name }) => name.split(" ").every((word, at) => words[at] === word));
  if (command !== undefined) {
    const rest = words.slice(command.name.split(" ").length);
    if (rest.some((word) => HELP.has(word))) return { type: "help", command };
    return { type: "call", command, call: parseCall(command, rest) };
  }
  const [first] = words;
  if (first === undefined || first === "help" || HELP.has(first)) return { type: "list", commands };
  const siblings = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (siblings.length === 0) throw unknownCommand(commands, first);
  if (words[1] === undefined || HELP.has(words[1])) return { type: "list", commands: siblings };
  throw new UsageError(`keepsake ${first} knows ${siblings.map(({ name }) => name.split(" ")[1]).join(", ")}.`);
}

function unknownCommand(commands: readonly Command[], word: string): UsageError {
  const near = commands.map(({ name }) => name.split(" ")[0] ?? "").find((name) => distance(name, word) <= SLIPS_MAX);
  const advice = near === undefined ? "keepsake --help lists them" : `was ${near} meant`;
  return new UsageError(`There is no command ${JSON.stringify(word)}: ${advice}${near === undefined ? "." : "?"}`);
}

function parseCall(command: Command, words: readonly string[]): Pick<CommandCall, "values" | "positionals"> {
  const { values, positionals } = parseWords(command, words);
  const needed = command.positionals.filter((name) => !name.startsWith("["));
  const missing = needed[positionals.length];
  if (missing !== undefined) throw new UsageError(`keepsake ${command.name} needs ${missing}.`);
  const surplus = positionals[command.positionals.length];
  if (surplus !== undefined) throw new UsageError(`keepsake ${command.name} does not take ${JSON.stringify(surplus)}.`);
  const unset = Object.entries(command.options).map(([name, { type }]) => [
    name,
    type === "boolean" ? false : undefined,
  ]);
  return { values: { ...Object.fromEntries(unset), ...values }, positionals };
}

function parseWords({ name, options }: Command, words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`keepsake ${name}: ${toSentence(error)}`);
  }
}

/** Node's own has a second sentence about positional arguments, which helps nobody who made a slip. */
function toSentence(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `${said.split(". ")[0]?.replace(/\.$/, "").replace(/\s+/g, " ")}.`;
}
