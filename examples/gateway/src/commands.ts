import { correctAnswer } from "./correction.ts";
import { failureSentence } from "./failure-sentence.ts";
import { FileFault } from "./read-text-file.ts";
import { rememberFile } from "./remember-file.ts";
import { isoDay, snippet } from "./snippet.ts";
import type { Gateway } from "./turn.ts";

type Command = (gateway: Gateway, words: string) => Promise<void>;

/** What may be typed besides talk. `/quit` is the chat's own. */
const COMMANDS: Readonly<Record<string, Command>> = { remember, note, search, forget, why, correct, help };

/**
 * Runs a command. What goes wrong is said in a sentence.
 *
 * @param name such as `search`; help for one that there is not
 * @param words what stands behind the name
 * @returns whether it worked
 */
export async function runCommand(gateway: Gateway, name: string, words: string): Promise<boolean> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : help;
  try {
    await command?.(gateway, words);
    return true;
  } catch (error) {
    const isFault = error instanceof FileFault;
    console.log(isFault ? error.message : failureSentence(error, gateway.settings.keepsake.url));
    return false;
  }
}

async function remember({ client }: Gateway, path: string): Promise<void> {
  if (path === "") throw new FileFault("Say which file: /remember notes.md");
  const { added, known } = await rememberFile(client, path);
  console.log(`${path}: ${added} pieces are new, ${known} were known already.`);
}

async function note({ client }: Gateway, content: string): Promise<void> {
  if (content === "") throw new FileFault("Say what: /note the spare key is with Ann");
  const { duplicate } = await client.memory.add.mutate({ content, kind: "fact", source: "chat", tags: ["chat"] });
  console.log(duplicate ? "That was known already." : "Noted.");
}

async function search({ client }: Gateway, query: string): Promise<void> {
  const { hits, degraded } = await client.memory.search.query({ query });
  if (degraded.includes("embeddings")) console.log("(searched by words alone)");
  if (hits.length === 0) console.log("Nothing is remembered about that.");
  for (const { id, content, score, source, validFrom } of hits) {
    console.log(`${score.toFixed(2)}  ${isoDay(validFrom)}  ${source ?? "-"}  ${id}\n      ${snippet(content)}`);
  }
}

async function forget({ client }: Gateway, id: string): Promise<void> {
  const { erasedAfter } = await client.memory.forget.mutate({ id });
  console.log(`Forgotten. Until ${isoDay(erasedAfter)} the server can restore it.`);
}

/** What the model was given with the last question. */
async function why({ last }: Gateway): Promise<void> {
  if (last === null) console.log("Nothing was said yet.");
  else if (last.context === null) console.log("An answer of before was given; the model was not asked.");
  else console.log(last.context.system || "The model was given nothing but the talk.");
}

async function correct(gateway: Gateway, text: string): Promise<void> {
  if (text === "" || gateway.last === null) throw new FileFault("Say what should have been answered: /correct at nine");
  await correctAnswer(gateway, gateway.last, text);
}

async function help(): Promise<void> {
  console.log(`Say anything: it is kept, and answered with what is remembered. "No, I meant …" corrects the line before. Or:
  /note WORDS     remembers a fact
  /remember FILE  remembers a Markdown page, a text or an exported chat (.txt, .json, .jsonl)
  /search WORDS   shows what is remembered, with ids
  /forget ID      forgets one memory
  /why            shows what the model was given with the last question
  /correct WORDS  says what should have been answered
  /quit           ends the chat`);
}
