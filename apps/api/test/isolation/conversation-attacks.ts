import type { KeepsakeClient } from "@keepsake/client";
import type { AttacksOn } from "./attack.ts";

/** Long enough to be waited for, were the victim's question seen. */
const JOIN_MS = 1_500;
/** A slow machine must not make one of two answers poorer. */
const BUDGET_MS = 60_000;

const ownInteraction = async ({ conversation }: KeepsakeClient) => {
  const { interactionId } = await conversation.append.mutate({ sessionId: "own", role: "user", content: "Dim it" });
  await conversation.append.mutate({ sessionId: "own", role: "assistant", content: "Done." });
  return { interactionId };
};

const begun = { sessionId: "own", budgetMs: BUDGET_MS, tokenBudget: 8_000 } as const;

export const conversationAttacks: AttacksOn<"conversation"> = {
  begin: [
    {
      kind: "foreign question",
      ends: "answered",
      input: (of) => ({ ...begun, text: of.question, cache: "semantic" as const }),
    },
    {
      kind: "same words by meaning",
      ends: "answered",
      input: (of) => ({ ...begun, text: `${of.question} Please!`, cache: "semantic" as const }),
    },
    {
      kind: "question under way",
      ends: "answered",
      input: (of) => ({ ...begun, text: of.openQuestion, joinMs: JOIN_MS }),
    },
    {
      kind: "foreign session",
      ends: "answered",
      input: (of) => ({ ...begun, sessionId: of.sessionId, text: "What was said here before?" }),
    },
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({ ...begun, text: "Another text", interactionId: of.openInteractionId }),
    },
    {
      kind: "foreign preference key",
      ends: "answered",
      input: (of) => ({ ...begun, text: "What do you know of me?", preferences: [of.preferenceKey, "z*"] }),
    },
    { kind: "same words", ends: "answered", input: (of) => ({ ...begun, text: `${of.memoryContent} ${of.said}` }) },
  ],
  complete: [
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.openInteractionId, text: "Taken over", cacheable: true }),
    },
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.gatewayInteractionId, text: "Taken over" }),
    },
    {
      kind: "foreign id",
      ends: "answered",
      before: async ({ conversation }) => {
        const { interactionId } = await conversation.begin.mutate({ ...begun, text: "How tall is the tower?" });
        return { interactionId };
      },
      input: (of) => ({
        interactionId: of.openInteractionId,
        text: "Ten metres",
        cacheable: true,
        dependsOn: { memories: [{ id: of.memoryId }], preferences: [{ key: of.preferenceKey }] },
      }),
    },
  ],
  correct: [
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.interactionId, text: "Taken over" }),
    },
    {
      kind: "foreign id",
      ends: "MEMORY_NOT_FOUND",
      before: ownInteraction,
      input: (of) => ({
        interactionId: of.interactionId,
        remember: { content: "The vase is red", supersedes: of.memoryId },
      }),
    },
    {
      kind: "foreign preference key",
      ends: "answered",
      before: ownInteraction,
      input: (of) => ({ interactionId: of.interactionId, preference: { key: of.preferenceKey, value: "mine" } }),
    },
  ],
  append: [
    {
      kind: "foreign session",
      ends: "answered",
      input: (of) => ({ sessionId: of.sessionId, role: "assistant" as const, content: "I was here too" }),
    },
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({
        sessionId: "own",
        role: "assistant" as const,
        content: "An answer",
        interactionId: of.interactionId,
      }),
    },
  ],
  history: [
    { kind: "foreign session", ends: "answered", input: (of) => ({ sessionId: of.sessionId }) },
    {
      kind: "foreign cursor",
      ends: "answered",
      input: (of) => ({ sessionId: of.sessionId, cursor: of.messageCursor }),
    },
  ],
  search: [
    ...(["hybrid", "semantic", "keyword"] as const).map((mode) => ({
      kind: "same words" as const,
      ends: "answered" as const,
      input: (of: { said: string }) => ({ query: of.said, mode, limit: 100, around: 5 }),
    })),
    {
      kind: "foreign session",
      ends: "answered",
      input: (of) => ({ query: of.said, sessionId: of.sessionId, around: 5 }),
    },
    // How rare a word is must be counted among the attacker's own messages.
    {
      kind: "counts",
      ends: "answered",
      before: async ({ conversation }) => {
        await conversation.append.mutate({ sessionId: "own", role: "user", content: "The key is in the lamp" });
        await conversation.append.mutate({ sessionId: "own", role: "assistant", content: "The vase is noted" });
        return {};
      },
      input: () => ({ query: "key vase", mode: "keyword" as const, explain: true }),
    },
  ],
  sessions: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.sessionCursor }) },
    { kind: "counts", ends: "answered", input: () => ({}) },
  ],
  deleteSession: [{ kind: "foreign session", ends: "answered", input: (of) => ({ sessionId: of.sessionId }) }],
};
