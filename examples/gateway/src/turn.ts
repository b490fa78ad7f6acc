import type { Generate, GenerateInput, KeepsakeClient, Turn } from "@keepsake/client";
import { BASE_TEXT, modelSentence, openChatModel } from "./chat-model.ts";
import { learnMeaning, meaningOf } from "./correction.ts";
import { failureSentence } from "./failure-sentence.ts";
import type { Settings } from "./settings.ts";

/** What a chat works with. */
export interface Gateway {
  readonly client: KeepsakeClient;
  readonly settings: Settings;
  /** What was said last, for corrections to point at. */
  last: Said | null;
}

/** Something that was said, and what the model was given with it. */
export interface Said {
  readonly text: string;
  readonly interactionId: string;
  /** Null when an answer of before was given. */
  readonly context: GenerateInput["context"] | null;
}

/** One thing a person says: it is kept, and answered with what is remembered. "No, I meant …" is learnt first. */
export async function takeTurn(gateway: Gateway, text: string): Promise<void> {
  const meaning = meaningOf(text);
  if (meaning !== null && gateway.last !== null) await learnMeaning(gateway, gateway.last, meaning);
  const asking: { input: GenerateInput | null } = { input: null };
  const generate: Generate = (input) => {
    asking.input = input;
    tellWhatIsMissing(gateway.settings, input);
    return answer(gateway.settings, input);
  };
  const turn = await speak(gateway, text, generate).catch((error: unknown) => {
    showFailure(gateway.settings, error, asking.input);
    return null;
  });
  gateway.last = toSaid(text, turn, asking.input);
  if (turn?.cached) console.log(`(answered before: ${turn.cached.because})`);
}

/** Prints the answer while it comes. */
async function speak({ client, settings }: Gateway, text: string, generate: Generate): Promise<Turn> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  // This gateway does nothing but talk. One that switches lights says false for all that it does.
  const cacheable = text.endsWith("?");
  const stream = client.turn.stream({ sessionId: settings.sessionId, text, timeZone }, generate, { cacheable });
  for await (const piece of stream) process.stdout.write(piece);
  console.log();
  return stream.turn;
}

function toSaid(text: string, turn: Turn | null, asked: GenerateInput | null): Said | null {
  const interactionId = turn?.interactionId ?? asked?.interactionId;
  return interactionId === undefined ? null : { text, interactionId, context: asked?.context ?? null };
}

/** Nobody answers, because no model was named. */
class NoModelError extends Error {}

function answer({ model }: Settings, input: GenerateInput): ReturnType<Generate> {
  if (model === null) throw new NoModelError("OLLAMA_URL is not set.");
  return openChatModel(model)(input);
}

/** Memory never breaks the assistant: without it the turn goes on with what there is. */
function tellWhatIsMissing({ keepsake }: Settings, { degraded, failure }: GenerateInput): void {
  if (degraded.includes("keepsake")) console.log(`(without a memory: ${failureSentence(failure, keepsake.url)})`);
  if (degraded.includes("embeddings")) console.log("(searched by words alone)");
  if (degraded.includes("context")) console.log("(there was no time to search)");
}

/** What was said is kept all the same. */
function showFailure({ model }: Settings, error: unknown, asked: GenerateInput | null): void {
  if (model !== null) console.log(modelSentence(error, model));
  else if (!(error instanceof NoModelError)) throw error;
  if (asked !== null) showPrompt(asked);
}

function showPrompt({ text, context }: GenerateInput): void {
  console.log("No model answers. It would have been given this:");
  const system = context.system === "" ? BASE_TEXT : `${BASE_TEXT}\n\n${context.system}`;
  const said = context.tail.map(({ role, content }) => [role, content] as const);
  for (const [role, content] of [["system", system] as const, ...said, ["user", text] as const]) {
    console.log(`  ${role}:\n${content.replace(/^/gm, "    ")}`);
  }
}
