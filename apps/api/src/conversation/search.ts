import type { Degraded, SearchMessagesInput, SearchMessagesOutput } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { queryVector } from "../platform/query-vector.ts";
import type { Services } from "../platform/services.ts";
import { withinBytes } from "../platform/within-bytes.ts";
import { CIRCLE_SHARES, toMeaning } from "./message-search.ts";
import { toHits } from "./search-hits.ts";
import { findLines } from "./search-store.ts";

/**
 * Finds messages by meaning, by words, or both, with the lines around them. When the model cannot be had in time it goes
 * by words alone and says so in `degraded`.
 */
export async function searchMessages(
  actor: Actor,
  services: Services,
  { mode, explain, scoreMin = 0, ...search }: SearchMessagesInput,
): Promise<SearchMessagesOutput> {
  const meaning =
    mode === "keyword"
      ? null
      : toMeaning(services, await queryVector(services, search.query, services.settings.queryEmbeddingTimeoutMs));
  const byWords = mode !== "semantic" || !meaning;
  const statement = findLines(actor, { ...search, scoreMin, byWords, meaning, shares: CIRCLE_SHARES });
  const lines = statement.read(await services.db.execute(statement.query));
  const found = toHits(lines, explain);
  const hits = withinBytes(found);
  const degraded: Degraded = mode !== "keyword" && !meaning ? ["embeddings"] : [];
  return { hits, degraded: hits.length < found.length ? [...degraded, "size"] : degraded };
}
