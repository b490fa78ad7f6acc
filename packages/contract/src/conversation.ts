import { z } from "zod";
import {
  Flag,
  filledText,
  IdempotencyKey,
  Intent,
  InteractionId,
  Language,
  pageFields,
  SessionId,
  Share,
  Timestamp,
} from "./fields.ts";
import { Metadata } from "./json.ts";
import * as limits from "./limits.ts";
import { Degraded, SearchMode } from "./memory.ts";

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

export const ListSessionsInput = z.strictObject({
  limit: pageFields.limit,
  cursor: z
    .string()
    .max(limits.SESSION_ID_CHARS_MAX + 30)
    .exactOptional(),
  /** Only sessions in which something was said at this time or later. */
  createdAfter: Timestamp.exactOptional(),
  /** Only sessions that began before this time. */
  createdBefore: Timestamp.exactOptional(),
});
export type ListSessionsInput = z.infer<typeof ListSessionsInput>;

/** One thread of talk, without its messages. */
export const SessionSummary = z.object({
  sessionId: z.string(),
  /** Messages of every role. */
  messages: z.int(),
  startedAt: z.date(),
  lastMessageAt: z.date(),
  /** Its first 200 characters. */
  lastMessage: z.object({ id: z.string(), role: MessageRole, preview: z.string() }),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** Most recently used first; `nextCursor` is null on the last page. */
export const SessionPage = z.object({ items: z.array(SessionSummary), nextCursor: z.string().nullable() });
export type SessionPage = z.infer<typeof SessionPage>;

export const DeleteSessionInput = z.strictObject({
  sessionId: SessionId,
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type DeleteSessionInput = z.infer<typeof DeleteSessionInput>;

/** `deleted`: how many messages went; 0 for a session that never was. */
export const DeletedSession = z.object({ sessionId: z.string(), deleted: z.int() });
export type DeletedSession = z.infer<typeof DeletedSession>;

export const SearchMessagesInput = z.strictObject({
  query: filledText(limits.QUERY_CHARS_MAX),
  limit: z.int().min(1).max(limits.SEARCH_HITS_MAX).default(limits.SEARCH_HITS_DEFAULT),
  /** `hybrid`: by meaning and by words. Without a model both others fall back to words, and say so. */
  mode: SearchMode.default("hybrid"),
  /** Only this session. */
  sessionId: SessionId.exactOptional(),
  /**
   * Only this role. Unnamed, what the user and the assistant said; messages of tools and systems are found by their
   * words, and only when asked for.
   */
  role: MessageRole.exactOptional(),
  /** Only what was said at this time or later. */
  createdAfter: Timestamp.exactOptional(),
  /** Only what was said before this time. */
  createdBefore: Timestamp.exactOptional(),
  /** Leaves out hits with a lower score; scores are from 0 to about 1 and compare from one search to the next. */
  scoreMin: Share.exactOptional(),
  /** Lines of the session before and after each hit. */
  around: z.int().min(0).max(limits.LINES_AROUND_MAX).default(limits.LINES_AROUND_DEFAULT),
  /** Adds to each hit the parts of its score. */
  explain: Flag.default(false),
});
export type SearchMessagesInput = z.infer<typeof SearchMessagesInput>;

/**
 * One figure of a message, from 0 to 1, in growing circles: of the line itself, with the line before and after it, with
 * two on each side, and of all that was said in its session on that day.
 */
export const LineFigures = z.object({ line: z.number(), near: z.number(), wider: z.number(), talk: z.number() });
export type LineFigures = z.infer<typeof LineFigures>;

/** The parts of a message's score: `score = relevance × recency`. */
export const MessageScoreExplanation = z.object({
  /**
   * From 0 to 1: half of `words` and half of `meaning`, each taken as 0.4 × line + 0.2 × near + 0.2 × wider + 0.2 × talk.
   * In a search of one mode, and for a message without vectors, one of them alone.
   */
  relevance: z.number(),
  recency: z.number(),
  /** The share of the query's information that the words cover; null in a search by meaning. */
  words: LineFigures.nullable(),
  /** Cosine similarity, the best of each circle; null in a search by words and without vectors. */
  meaning: LineFigures.nullable(),
});
export type MessageScoreExplanation = z.infer<typeof MessageScoreExplanation>;

/**
 * A message that was found, with the lines around it in the order they were said. No message comes twice in one answer:
 * a line that is a hit itself, or stands beside a better hit, is left out here.
 */
export const MessageHit = Message.extend({
  score: z.number(),
  before: z.array(Message),
  after: z.array(Message),
  explanation: MessageScoreExplanation.exactOptional(),
});
export type MessageHit = z.infer<typeof MessageHit>;

/** Best first. */
export const SearchMessagesOutput = z.object({ hits: z.array(MessageHit), degraded: Degraded });
export type SearchMessagesOutput = z.infer<typeof SearchMessagesOutput>;
