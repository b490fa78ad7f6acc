import { createInterface } from "node:readline/promises";
import { runCommand } from "./commands.ts";
import { type Gateway, takeTurn } from "./turn.ts";

const PROMPT = "> ";

/** Talks until `/quit`, Ctrl-C or the end of the input. */
export async function chat(gateway: Gateway, input: NodeJS.ReadStream): Promise<void> {
  for await (const line of input.isTTY ? typedLines(input) : pipedLines(input)) {
    if (line.trim() === "/quit") break;
    await respond(gateway, line.trim());
  }
}

async function* typedLines(input: NodeJS.ReadStream): AsyncGenerator<string> {
  const lines = createInterface({ input, output: process.stdout, prompt: PROMPT });
  let isOpen = true;
  lines.once("close", () => {
    isOpen = false;
  });
  // Nothing is lost when an answer is cut short: what was said is kept before it is answered.
  lines.once("SIGINT", () => process.exit(0));
  lines.prompt();
  for await (const line of lines) {
    yield line;
    // Ctrl-D may have come while the answer was given.
    if (isOpen) lines.prompt();
  }
}

/** A pipe echoes nothing, so that its lines are printed: the transcript reads like a terminal's. */
async function* pipedLines(input: NodeJS.ReadStream): AsyncGenerator<string> {
  for await (const line of createInterface({ input })) {
    console.log(`${PROMPT}${line}`);
    yield line;
  }
}

async function respond(gateway: Gateway, text: string): Promise<void> {
  const [, name, words = ""] = /^\/(\S*)\s*(.*)$/su.exec(text) ?? [];
  if (name !== undefined) await runCommand(gateway, name, words);
  else if (text !== "") await takeTurn(gateway, text);
}
