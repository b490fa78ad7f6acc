import type { Generate, GenerateInput } from "@keepsake/client";
import type { ChatRequest, ChatResponse, Message, Ollama } from "ollama";

/** What Ollama is asked, besides the words: the model, its options, and messages of the gateway's own. */
export interface OllamaChatRequest extends Omit<ChatRequest, "messages" | "stream"> {
  /** Such as a system text, or the talk so far; without any of the talk the session's last messages are taken. */
  readonly messages?: readonly Message[];
  /** Whether the answer comes in pieces. True when absent; without it an abort does not stop Ollama. */
  readonly stream?: boolean;
}

/**
 * An answer by `chat` of the `ollama` package, for `turn` and `turn.stream`: with what Keepsake knows in its system
 * text, the session's last messages, and what the person said.
 *
 * @throws (as `generate`) whatever `chat` throws
 *
 * @example
 * const generate = ollamaChat(new Ollama(), { model: "llama3.2" });
 * for await (const piece of keepsake.turn.stream({ sessionId, text }, generate)) process.stdout.write(piece);
 */
export function ollamaChat(ollama: Pick<Ollama, "chat">, request: OllamaChatRequest): Generate {
  return async (input) => {
    const { stream = true, messages: own = [], ...rest } = request;
    const messages = toMessages(own, input);
    if (stream) return streamChat(ollama, { ...rest, messages }, input.signal);
    const { message } = await ollama.chat({ ...rest, messages, stream: false });
    return message.content;
  };
}

function toMessages(own: readonly Message[], { text, context }: GenerateInput): Message[] {
  const system = own.filter(({ role }) => role === "system").map(({ content }) => content);
  const content = [...system, context.system].filter((part) => part !== "").join("\n\n");
  const talk = own.filter(({ role }) => role !== "system");
  const tail = context.tail.filter(({ role }) => role === "user" || role === "assistant");
  return [
    ...(content === "" ? [] : [{ role: "system", content }]),
    ...(talk.length > 0 ? talk : tail.map(({ role, content: said }) => ({ role, content: said }))),
    { role: "user", content: text },
  ];
}

async function* streamChat(
  ollama: Pick<Ollama, "chat">,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const parts = await ollama.chat({ ...request, stream: true });
  const stop = (): void => parts.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    for await (const { message } of parts as AsyncIterable<ChatResponse>) yield message.content;
  } finally {
    signal.removeEventListener("abort", stop);
    // A reader who leaves wants no more of it; after the end this does nothing.
    stop();
  }
}
