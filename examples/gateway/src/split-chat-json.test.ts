import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { splitChatJson } from "./split-chat-json.ts";

const first = { role: "user", content: "Cześć", createdAt: "2026-11-23T18:03:00Z" };
const second = { from: "Jan", text: ["See ", { type: "link", text: "this" }], date: 1_795_500_000 };
const pieces = [
  { context: "Chat of 2026-11-23", text: "user: Cześć", day: "2026-11-23" },
  { context: "Chat of 2026-11-24", text: "Jan: See this", day: "2026-11-24" },
];

test("a chat is read from lines of JSON, from a list, and from an object with messages", () => {
  deepEqual(splitChatJson(`${JSON.stringify(first)}\n\n${JSON.stringify(second)}\n`, "chat.jsonl"), pieces);
  deepEqual(splitChatJson(JSON.stringify([first, second], null, 2), "chat.json"), pieces);
  deepEqual(splitChatJson(JSON.stringify({ messages: [first, null, 7, second] }), "chat.json"), pieces);
});

test("JSON that is no chat is refused in a sentence", () => {
  throws(() => splitChatJson('{"a": 1}\nnonsense', "chat.jsonl"), {
    message: 'chat.jsonl is neither JSON nor lines of JSON: "nonsense" is not.',
  });
  throws(() => splitChatJson("[1, 2]", "chat.json"), { message: /^chat\.json holds no messages/ });
});
