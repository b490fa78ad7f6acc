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

export const conversationExamples: ExamplesOf<"conversation"> = {
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
};
