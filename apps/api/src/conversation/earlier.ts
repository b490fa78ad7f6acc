import type { Message } from "@keepsake/contract";
import type { Statement } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { CIRCLE_SHARES, toMeaning } from "./message-search.ts";
import { findLines } from "./search-store.ts";

/** What a turn asks of earlier sessions. */
export interface EarlierQuestion {
  readonly query: string;
  /** The query's unit vector in pgvector's text form, had already; null to go by words alone. */
  readonly vector: string | null;
  /** The session of the turn: what was said there is before the model anyway. */
  readonly exceptSessionId: string;
  readonly limit: number;
  /** Leaves out what has a lower score. */
  readonly scoreMin: number;
}

/** A message of another session with its score, as `conversation.search` gives it. */
export type EarlierMessage = Message & { readonly score: number };

/**
 * What was said in other sessions that matters now, best first. One statement that waits for no other, so that it can be
 * sent along with them.
 */
export function findEarlierMessages(
  actor: Actor,
  services: Pick<Services, "embeddings" | "settings">,
  { vector, ...question }: EarlierQuestion,
): Statement<EarlierMessage[]> {
  const meaning = toMeaning(services, vector);
  const { query, read } = findLines(actor, { ...question, meaning, byWords: true, around: 0, shares: CIRCLE_SHARES });
  return { query, read: (rows) => read(rows).map(({ message, score }) => ({ ...message, score })) };
}
