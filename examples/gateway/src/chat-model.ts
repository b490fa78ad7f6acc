import { Ollama } from "ollama";
import type { ModelSettings } from "./settings.ts";

/** What a model is given for one answer. */
export interface Prompt {
  readonly system: string;
  readonly user: string;
}

/** A model that answers, word by word. */
export interface ChatModel {
  readonly name: string;
  /**
   * @param write takes each part of the answer as it comes
   * @throws Error whatever Ollama says; `modelSentence` words it
   */
  answer(prompt: Prompt, write: (part: string) => void): Promise<void>;
}

/** A chat model of an Ollama server. */
export function openChatModel({ url, name }: ModelSettings): ChatModel {
  const ollama = new Ollama({ host: url });
  return {
    name,
    answer: async ({ system, user }, write) => {
      const messages = [
        { role: "system", content: system },
        { role: "user", content: user },
      ];
      for await (const { message } of await ollama.chat({ model: name, messages, stream: true })) {
        write(message.content);
      }
    },
  };
}

/** Why the model did not answer and what to do about it, in one sentence. */
export function modelSentence(error: unknown, { url, name }: ModelSettings): string {
  const status = error instanceof Error && "status_code" in error ? error.status_code : null;
  if (status === 404) return `Ollama does not have the model ${name}: run \`ollama pull ${name}\`.`;
  if (status !== null) return `Ollama at ${url} failed with status ${String(status)}.`;
  return `Ollama does not answer at ${url}: start it, or set OLLAMA_URL.`;
}
