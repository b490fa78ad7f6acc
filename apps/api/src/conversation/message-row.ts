import type { Message } from "@keepsake/contract";
import { conversations } from "@keepsake/db/schema";
import { toMetadata } from "../platform/stored-metadata.ts";

/** The columns of a message as it goes to the caller. */
export const messageColumns = {
  id: conversations.id,
  sessionId: conversations.sessionId,
  interactionId: conversations.interactionId,
  role: conversations.role,
  content: conversations.content,
  language: conversations.language,
  intent: conversations.intent,
  metadata: conversations.metadata,
  createdAt: conversations.createdAt,
};

/** A message as a statement gives it. */
export type MessageRow = Omit<Message, "metadata"> & { metadata: unknown };

/** A row as the contract promises it. */
export const toMessage = ({ metadata, ...row }: MessageRow): Message => ({ ...row, metadata: toMetadata(metadata) });
