import { parseArgs } from "node:util";
import { createClient } from "@keepsake/client";
import { chat } from "./chat.ts";
import { runCommand } from "./commands.ts";
import { failureSentence } from "./failure-sentence.ts";
import { readSettings, UsageError } from "./settings.ts";
import type { Gateway } from "./turn.ts";

const USAGE = `A chat that remembers.

  npm start                           talks
  npm start -- --remember notes.md    remembers a file, then talks
  npm start -- remember notes.md      remembers files and ends`;

/** How long the end waits for Keepsake, milliseconds. */
const FLUSH_TIMEOUT_MS = 2_000;

/** @returns the process's exit code */
async function main(): Promise<number> {
  const { values, positionals } = parseArguments();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const settings = readSettings(process.env);
  const client = createClient(settings.keepsake);
  const gateway: Gateway = { settings, client, last: null };
  const [command, ...files] = positionals;
  if (command === "remember") return (await rememberAll(gateway, files)) ? 0 : 1;
  await greet(gateway);
  await rememberAll(gateway, values.remember ?? []);
  await chat(gateway, process.stdin);
  await sendRest(gateway);
  return 0;
}

/** What Keepsake could not take yet gets a last chance, and else waits where it is. */
async function sendRest({ client, settings }: Gateway): Promise<void> {
  const left = await client.flush(FLUSH_TIMEOUT_MS);
  client.close();
  if (left === 0) return;
  const { queueDir } = settings.keepsake;
  const fate =
    queueDir === undefined ? "lost, KEEPSAKE_QUEUE_DIR would keep it" : `kept in ${queueDir} until the next time`;
  console.log(`What was said could not all be sent to Keepsake (${left} left): ${fate}.`);
}

function parseArguments() {
  const remember = { type: "string", multiple: true } as const;
  try {
    const parsed = parseArgs({ allowPositionals: true, options: { remember, help: { type: "boolean" } } });
    const [command, file] = parsed.positionals;
    if (command === undefined || (command === "remember" && file !== undefined)) return parsed;
    throw new UsageError(`"${parsed.positionals.join(" ")}" is no command.`);
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

async function rememberAll(gateway: Gateway, files: readonly string[]): Promise<boolean> {
  let succeeded = true;
  for (const file of files) succeeded = (await runCommand(gateway, "remember", file)) && succeeded;
  return succeeded;
}

/** Tells whether the memory and a model are there, and what to do when they are not. */
async function greet({ client, settings }: Gateway): Promise<void> {
  const { url } = settings.keepsake;
  try {
    const { memories, embeddings } = await client.memory.stats.query();
    const by = embeddings.state === "on" ? "by meaning and by words" : "by words";
    console.log(`Keepsake at ${url}: ${memories} ${memories === 1 ? "memory" : "memories"}, searched ${by}.`);
  } catch (error) {
    console.log(failureSentence(error, url));
  }
  const { model } = settings;
  console.log(model ? `Answers come from ${model.name} at ${model.url}.` : "No model answers: OLLAMA_URL is not set.");
  console.log("Say something, or /help.\n");
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
