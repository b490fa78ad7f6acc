import type { KeepsakeClient } from "@keepsake/client";
import { modelSentence, openChatModel, type Prompt } from "./chat-model.ts";
import { failureSentence } from "./failure-sentence.ts";
import type { Settings } from "./settings.ts";
import { type Hit, systemText } from "./system-text.ts";

/** What a chat works with. */
export interface Gateway {
  readonly client: KeepsakeClient;
  readonly settings: Settings;
}

/** Notes that a small local model can still weigh. */
const NOTES_MAX = 6;
/** What scores less than this share of the best note is about something else. */
const SCORE_SHARE_MIN = 0.5;
/** What is asked is kept too, and told apart: a question is no answer to the next one. */
const QUESTION = "question";
/** The beginning of a long speech, cut between characters: the server takes queries of 2,000 UTF-16 units. */
const QUERY = /^.{1,1000}/su;

/** One thing a person says: what is remembered about it is looked up, it is kept, and it is answered. */
export async function takeTurn(gateway: Gateway, text: string): Promise<void> {
  const hits = await recallAndKeep(gateway, text);
  await answer(gateway.settings, { system: systemText(hits, new Date()), user: text });
}

/** Memory never breaks the assistant: without it the turn goes on with what there is. */
async function recallAndKeep({ client, settings }: Gateway, text: string): Promise<Hit[]> {
  let hits: Hit[] = [];
  try {
    hits = await recall(client, text);
    const kind = text.endsWith("?") ? QUESTION : "fact";
    await client.memory.add.mutate({ content: text, kind, source: "chat", tags: ["chat"] });
  } catch (error) {
    console.log(`(not kept: ${failureSentence(error, settings.keepsake.url)})`);
  }
  return hits;
}

async function recall(client: KeepsakeClient, text: string): Promise<Hit[]> {
  const query = QUERY.exec(text)?.[0] ?? text;
  const { hits, degraded } = await client.memory.search.query({ query, limit: 2 * NOTES_MAX });
  if (degraded.includes("embeddings")) console.log("(searched by words alone)");
  const notes = hits.filter(({ kind }) => kind !== QUESTION).slice(0, NOTES_MAX);
  const scoreMin = (notes[0]?.score ?? 0) * SCORE_SHARE_MIN;
  return notes.filter(({ score }) => score >= scoreMin);
}

async function answer({ model }: Settings, prompt: Prompt): Promise<void> {
  if (model === null) return showPrompt(prompt);
  try {
    await openChatModel(model).answer(prompt, (part) => process.stdout.write(part));
    console.log();
  } catch (error) {
    console.log(modelSentence(error, model));
    showPrompt(prompt);
  }
}

function showPrompt({ system, user }: Prompt): void {
  console.log("No model answers. It would have been given this:");
  for (const [role, text] of [
    ["system", system],
    ["user", user],
  ] as const) {
    console.log(`  ${role}:`);
    console.log(text.replace(/^/gm, "    "));
  }
}
