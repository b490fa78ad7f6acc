import type { Generate } from "@keepsake/client";
import { ollamaChat } from "@keepsake/client/ollama";
import { Ollama } from "ollama";
import type { ModelSettings } from "./settings.ts";

/** What this gateway tells its model besides what is remembered. */
export const BASE_TEXT = "You are a friendly assistant at home. Answer in the language of the question, in few words.";

/** A chat model of an Ollama server: what is remembered goes into its system text, the talk so far before the question. */
export function openChatModel({ url, name }: ModelSettings): Generate {
  return ollamaChat(new Ollama({ host: url }), { model: name, messages: [{ role: "system", content: BASE_TEXT }] });
}

/** Why the model did not answer and what to do about it, in one sentence. */
export function modelSentence(error: unknown, { url, name }: ModelSettings): string {
  const status = error instanceof Error && "status_code" in error ? error.status_code : null;
  if (status === 404) return `Ollama does not have the model ${name}: run \`ollama pull ${name}\`.`;
  if (status !== null) return `Ollama at ${url} failed with status ${String(status)}.`;
  return `Ollama does not answer at ${url}: start it, or set OLLAMA_URL.`;
}
