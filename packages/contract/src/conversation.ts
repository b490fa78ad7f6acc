import { z } from "zod";
import {
  filledText,
  IdempotencyKey,
  Intent,
  InteractionId,
  Language,
  pageFields,
  SessionId,
  Timestamp,
} from "./fields.ts";
import { Metadata } from "./json.ts";
import * as limits from "./limits.ts";

/** Who speaks. */
export const MessageRole = z.enum(["user", "assistant", "system", "tool"]);
export type MessageRole = z.infer<typeof MessageRole>;

/** One line of a session. */
export const Message = z.object({
  id: z.string(),
  sessionId: z.string(),
  /** Shared by a user message and the answers to it. */
  interactionId: z.string(),
  role: MessageRole,
  content: z.string(),
  language: z.string().nullable(),
  intent: z.string().nullable(),
  metadata: Metadata.nullable(),
  createdAt: z.date(),
});
export type Message = z.infer<typeof Message>;

export const AppendMessageInput = z.strictObject({
  sessionId: SessionId,
  role: MessageRole,
  content: filledText(limits.CONTENT_CHARS_MAX),
  /**
   * The interaction that it belongs to. Without it a user message begins a new one, and any other message joins that of
   * the session's last user message that has no answer yet.
   */
  interactionId: InteractionId.exactOptional(),
  language: Language.exactOptional(),
  intent: Intent.exactOptional(),
  /** When it was said, for conversations of before; now when absent. */
  createdAt: Timestamp.exactOptional(),
  metadata: Metadata.exactOptional(),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type AppendMessageInput = z.infer<typeof AppendMessageInput>;

export const ConversationHistoryInput = z.strictObject({ sessionId: SessionId, ...pageFields });
export type ConversationHistoryInput = z.infer<typeof ConversationHistoryInput>;

/** Oldest first; `nextCursor` is null on the last page. */
export const MessagePage = z.object({ items: z.array(Message), nextCursor: z.string().nullable() });
export type MessagePage = z.infer<typeof MessagePage>;
