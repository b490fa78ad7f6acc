import type { TurnContext } from "@keepsake/client";
import type { CallParams, Prompt } from "./model-types.ts";

type Message = Prompt[number];

/** What the person said last, in words; empty when it was no words. */
export function lastWords(prompt: Prompt): string {
  const message = prompt.findLast(({ role }) => role === "user");
  if (message?.role !== "user") return "";
  return message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** Whether the person speaks now; otherwise the model goes on after its tools have answered. */
export const isPersonSpeaking = (prompt: Prompt): boolean => prompt.at(-1)?.role === "user";

/**
 * Gives the model what it should know: the system text behind the prompt's own, and the session's last messages where
 * the prompt has none of before.
 */
export function withContext(params: CallParams, { system, tail }: TurnContext): CallParams {
  const isBare = params.prompt.every(({ role }) => role === "system") || isFirstWords(params.prompt);
  const earlier = isBare ? tail.flatMap(({ role, content }) => toMessage(role, content)) : [];
  const own = params.prompt.filter(({ role }) => role !== "system");
  return { ...params, prompt: [...systemMessages(params.prompt, system), ...earlier, ...own] };
}

/** Whether nothing was said before the last message. */
function isFirstWords(prompt: Prompt): boolean {
  const said = prompt.filter(({ role }) => role !== "system");
  return said.length === 1 && said[0]?.role === "user";
}

/** In one message with the prompt's last: many models take one alone. */
function systemMessages(prompt: Prompt, text: string): Message[] {
  const own = prompt.filter((message) => message.role === "system");
  if (text === "") return own;
  const last = own.at(-1);
  if (last === undefined) return [{ role: "system", content: text }];
  return [...own.slice(0, -1), { ...last, content: `${last.content}\n\n${text}` }];
}

function toMessage(role: string, text: string): Message[] {
  const content = [{ type: "text" as const, text }];
  if (role === "user") return [{ role: "user", content }];
  return role === "assistant" ? [{ role: "assistant", content }] : [];
}
