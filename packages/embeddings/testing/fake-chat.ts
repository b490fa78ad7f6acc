import { errorAnswer, type FakeAnswer, OLLAMA_SAYS } from "./fake-fault.ts";
import { type FakeBody, hasModel } from "./fake-routes.ts";

/** One message of a chat. */
export interface FakeChatMessage {
  readonly role: string;
  readonly content: string;
}

/** What a fake chat model is asked. */
export interface FakeChatRequest {
  readonly model: string;
  readonly messages: readonly FakeChatMessage[];
}

/** What a fake chat model says. */
export type FakeChat = (request: FakeChatRequest) => string;

/** Says what it was told, so that a test knows the answer beforehand. */
export const echo: FakeChat = ({ messages }) => {
  const last = messages.findLast(({ role }) => role === "user");
  return `You said: ${last?.content ?? ""}`;
};

const METRICS = {
  total_duration: 3_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 1,
  prompt_eval_duration: 1_000_000,
  eval_count: 1,
  eval_duration: 1_000_000,
};

/**
 * `POST /api/chat`: lines of JSON, a word each and a last one that is done, or with `stream: false` one object.
 *
 * @param chat makes the answer's text
 */
export function answerChat(body: FakeBody, models: readonly string[], chat: FakeChat): FakeAnswer {
  const model = String(body["model"] ?? "");
  if (model === "") return errorAnswer(400, "model is required");
  if (!hasModel(models, model)) return errorAnswer(404, OLLAMA_SAYS.missing(model));
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as FakeChatMessage[]) : [];
  if (messages.length === 0) return { status: 200, body: { ...line(model, ""), done: true, done_reason: "load" } };
  const text = chat({ model, messages });
  const last = { done: true, done_reason: "stop", ...METRICS };
  if (body["stream"] === false) return { status: 200, body: { ...line(model, text), ...last } };
  const words = text.match(/\s*\S+/g) ?? [];
  const lines = [...words.map((word) => line(model, word)), { ...line(model, ""), ...last }];
  return {
    status: 200,
    body: lines.map((each) => `${JSON.stringify(each)}\n`).join(""),
    contentType: "application/x-ndjson",
  };
}

function line(model: string, content: string): object {
  return { model, created_at: new Date().toISOString(), message: { role: "assistant", content }, done: false };
}
