import type { MessageRole } from "@keepsake/contract";
import type { EmbeddingSpace } from "../platform/embedding-space.ts";
import type { Services } from "../platform/services.ts";

/** Which messages a search may find. */
export interface MessageFilters {
  readonly sessionId?: string;
  /** Every session but this one: for a turn, whose own session is before the model anyway. */
  readonly exceptSessionId?: string;
  readonly role?: MessageRole;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

/** What is compared by meaning. */
export interface QueryMeaning {
  readonly space: EmbeddingSpace;
  /** The query's unit vector in pgvector's text form. */
  readonly vector: string;
  /** So many messages, or fewer, are compared one by one; more by the HNSW index. */
  readonly exactRowsMax: number;
}

/** What a query is compared by, when its vector could be had. */
export function toMeaning(
  { embeddings, settings }: Pick<Services, "embeddings" | "settings">,
  vector: string | null,
): QueryMeaning | null {
  if (!vector || !embeddings) return null;
  return { space: embeddings.space, vector, exactRowsMax: settings.exactSearchRowsMax };
}

/**
 * What each circle around a message counts for its score, 1 together: the line itself, with one line on each side, with
 * two, and all that was said in its session on that day.
 */
export interface CircleShares {
  readonly line: number;
  readonly near: number;
  readonly wider: number;
  readonly talk: number;
}

/**
 * Chosen on three conversations of LoCoMo, tested on two others (`bench/recall-messages.ts`); see
 * docs/decisions/0020-a-message-is-judged-among-its-lines.md.
 */
export const CIRCLE_SHARES: CircleShares = { line: 0.4, near: 0.2, wider: 0.2, talk: 0.2 };

/** One search among messages: by words, by meaning, or both. */
export interface MessageSearch extends MessageFilters {
  readonly query: string;
  readonly byWords: boolean;
  /** Null to go by words alone. */
  readonly meaning: QueryMeaning | null;
  readonly limit: number;
  readonly scoreMin: number;
  /** Lines of the session before and after each hit. */
  readonly around: number;
  readonly shares: CircleShares;
}
