import type { Message } from "@keepsake/contract";
import { createdAt, type ExamplesOf } from "./example.ts";

const message: Message = {
  id: "01a20866-1b7d-7c1e-9d5c-6f2e5b0f7a11",
  sessionId: "kitchen-2026-11-23",
  interactionId: "01a20866-1b7d-7a52-8c3f-2d4b8e6f9c01",
  role: "user",
  content: "Dim the lights, please",
  language: "en",
  intent: "set_brightness",
  metadata: null,
  createdAt,
};

const memory = { id: "01a20866-1b7d-7b10-a1d2-3c4d5e6f7a80", version: 1 };
const question = "Where is the spare key?";
const answer = "Under the blue pot.";

export const conversationExamples: ExamplesOf<"conversation"> = {
  begin: {
    input: { sessionId: message.sessionId, text: question, language: "en", timeZone: "Europe/Warsaw" },
    output: {
      interactionId: message.interactionId,
      cached: null,
      context: {
        system:
          'It is Monday, 23 November 2026 at 13:05.\n…\n<memory kind="fact" from="user" trust="said" date="Monday, 2 November 2026 at 23:30">The spare key is under the blue pot</memory>',
        tokens: 92,
        memories: [
          {
            ...memory,
            content: "The spare key is under the blue pot",
            kind: "fact",
            source: null,
            origin: "user",
            trust: 3,
            warnings: [],
            score: 0.81,
            createdAt,
          },
        ],
        earlier: [],
        tail: [],
        preferences: [],
      },
      used: { memories: [memory], preferences: [] },
      degraded: [],
      timings: { totalMs: 31.4, embedMs: 24.8, databaseMs: 5.9 },
    },
  },
  complete: {
    input: { interactionId: message.interactionId, text: answer, cacheable: true, generationMs: 4200 },
    output: {
      ...message,
      id: "01a20866-2c10-7d3e-8a5b-9c0d1e2f3a44",
      role: "assistant",
      content: answer,
      intent: null,
      cached: { cached: true, id: "01a20866-2c10-7f00-9b1c-2d3e4f5a6b77", expiresAt: createdAt },
    },
  },
  correct: {
    input: {
      interactionId: message.interactionId,
      text: "I have dimmed the lamp in the hall.",
      preference: { key: "entity_alias.lamp", value: { entity_id: "light.hall" } },
    },
    output: {
      interactionId: message.interactionId,
      exampleId: "01a20866-3d20-7a11-8c2d-3e4f5a6b7c88",
      evicted: 1,
      memory: null,
      preference: { key: "entity_alias.lamp", version: 1, applied: true },
    },
  },
  append: {
    input: {
      sessionId: message.sessionId,
      role: "user",
      content: message.content,
      language: "en",
      intent: "set_brightness",
    },
    output: message,
  },
  history: { input: { sessionId: message.sessionId, limit: 20 }, output: { items: [message], nextCursor: null } },
  search: {
    input: { query: "dim the lights", limit: 5 },
    output: { hits: [{ ...message, score: 0.74, before: [], after: [] }], degraded: [] },
  },
  sessions: {
    input: { limit: 20 },
    output: {
      items: [
        {
          sessionId: message.sessionId,
          messages: 2,
          startedAt: createdAt,
          lastMessageAt: createdAt,
          lastMessage: { id: message.id, role: "user", preview: message.content },
        },
      ],
      nextCursor: null,
    },
  },
  deleteSession: {
    input: { sessionId: message.sessionId },
    output: { sessionId: message.sessionId, deleted: 2 },
  },
};
