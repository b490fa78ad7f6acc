import type { Environment } from "../config.ts";

/** An option as `node:util`'s parseArgs knows it, and what `--help` says of it. */
export interface CommandOption {
  readonly type: "boolean" | "string";
  /** What stands for the value in the help, such as `FILE`; of a `string` alone. */
  readonly value?: string;
  readonly meaning: string;
}

type Options = Readonly<Record<string, CommandOption>>;

/** What was given: an option that was not is false, or undefined. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K]["type"] extends "boolean" ? boolean : string | undefined;
};

/** One call of a command. */
export interface CommandCall<O extends Options = Options> {
  readonly values: OptionValues<O>;
  readonly positionals: readonly string[];
  /** The variables of the process, `.env` among them where there is one. */
  readonly env: Environment;
  /** Ctrl-C, or SIGTERM: the command comes to an end by itself. A second one ends the process. */
  readonly signal: AbortSignal;
  /** A line of the result, to stdout. */
  say(line: string): void;
  /** A line about what is going on, to stderr: it never mixes with a result that is piped on. */
  note(line: string): void;
}

/** A command of `keepsake`. */
export interface Command<O extends Options = Options> {
  /** What is typed, in one or two words: `export`, `backup now`. */
  readonly name: string;
  /** One line for the list of all commands. */
  readonly summary: string;
  /** Names of the arguments that are no options, in their order; one in brackets may be left out. */
  readonly positionals: readonly string[];
  readonly options: O;
  /** Further lines of `--help`. */
  readonly details?: string;
  /**
   * @returns the exit code: 0 when it was done, 1 when it was not
   * @throws Error whose message is a sentence for the person who typed, what is wrong and what to do: printed alone
   */
  run(call: CommandCall<O>): Promise<number>;
}

/** Types a command's call by its options, and forgets them for the list of all commands. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** What was typed is no call of a command: one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
