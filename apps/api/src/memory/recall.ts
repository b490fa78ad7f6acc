import type { Degraded, Memory, MemoryHit, SearchMemoriesInput, SearchMemoriesOutput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { queryVector } from "../platform/query-vector.ts";
import type { Services } from "../platform/services.ts";
import { toWarnings } from "../platform/text-warnings.ts";
import { withinBytes } from "../platform/within-bytes.ts";
import { searchByWords } from "./keyword-store.ts";
import { type Arms, type RankedMemory, rank } from "./ranking.ts";
import type { Candidate } from "./search-candidate.ts";
import { type SemanticSearch, searchByMeaning, similaritiesOf } from "./semantic-store.ts";
import { findMemories } from "./store.ts";
import { findVersions } from "./version-store.ts";

/** Candidates of each arm: enough that a memory found by both arms is seen to be. */
const CANDIDATES = { perHit: 3, min: 50 };

/**
 * Finds memories by meaning, by words, or both. When the model cannot be had in time it goes by words alone and says
 * so in `degraded`.
 */
export async function searchMemories(
  actor: Actor,
  services: Services,
  input: SearchMemoriesInput,
): Promise<SearchMemoriesOutput> {
  const { arms, degraded } = await runArms(actor, services, input);
  const { limit, scoreMin = 0 } = input;
  const ranked = rank(arms, Date.now(), limit).filter(({ score }) => score >= scoreMin);
  const found = await toHits(actor, services, ranked, input.explain);
  const hits = withinBytes(found);
  return { hits, degraded: hits.length < found.length ? [...degraded, "size"] : degraded };
}

async function runArms(
  actor: Actor,
  services: Services,
  input: SearchMemoriesInput,
): Promise<{ arms: Arms; degraded: Degraded }> {
  const limit = Math.max(input.limit * CANDIDATES.perHit, CANDIDATES.min);
  const byWords = () => searchByWords(actor, services.db, input, limit);
  if (input.mode === "keyword") return { arms: { keyword: await byWords(), semantic: null }, degraded: [] };

  // The words are looked up while the model is at work.
  const words = input.mode === "hybrid" ? byWords() : null;
  const [keyword, vector] = await Promise.all([
    words,
    queryVector(services, input.query, services.settings.queryEmbeddingTimeoutMs),
  ]);
  if (!vector || !services.embeddings) {
    return { arms: { keyword: keyword ?? (await byWords()), semantic: null }, degraded: ["embeddings"] };
  }
  const { space } = services.embeddings;
  const search = { space, vector, limit, exactRowsMax: services.settings.exactSearchRowsMax };
  const semantic = await searchByMeaning(actor, services.db, input, search);
  return {
    arms: { keyword, semantic: await completed(actor, services, search, semantic, keyword ?? []) },
    degraded: [],
  };
}

/** Every memory found by words gets its similarity too: else one far down among the nearest would count as unrelated. */
async function completed(
  actor: Actor,
  services: Services,
  search: SemanticSearch,
  semantic: readonly Candidate[],
  keyword: readonly Candidate[],
): Promise<Candidate[]> {
  const known = new Set(semantic.map(({ id }) => id));
  // What an earlier version said has no vectors.
  const missing = keyword.filter(({ id, version }) => version === null && !known.has(id));
  const ids = missing.map(({ id }) => id);
  const similarities = await similaritiesOf(actor, services.db, search, ids);
  const found = missing.flatMap((candidate) => {
    const score = similarities.get(candidate.id);
    return score === undefined ? [] : [{ ...candidate, score }];
  });
  return [...semantic, ...found].sort((one, other) => other.score - one.score);
}

async function toHits(
  actor: Actor,
  services: Services,
  ranked: RankedMemory[],
  explain: boolean,
): Promise<MemoryHit[]> {
  const memories = await findMemories(
    actor,
    services.db,
    ranked.map(({ id }) => id),
    services.embeddings?.space.id ?? null,
  );
  const byId = new Map(memories.map((memory) => [memory.id, memory]));
  const versions = await replacedVersions(actor, services.db, ranked);
  return ranked.flatMap(({ id, score, explanation }) => {
    const memory = byId.get(id);
    // Erased or forgotten between the two statements.
    if (!memory || memory.forgottenAt) return [];
    return [{ ...memory, ...versions.get(id), score, ...(explain && { explanation }) }];
  });
}

/** For a search as of an earlier time: what the memory said then. */
async function replacedVersions(
  actor: Actor,
  db: Queryable,
  ranked: readonly RankedMemory[],
): Promise<Map<string, Partial<Memory>>> {
  const wanted = ranked.flatMap(({ id, version }) => (version === null ? [] : [{ id, version }]));
  const found = await findVersions(actor, db, wanted);
  return new Map(
    found.map(({ id, version: { recordedAt: _, replacedAt: __, ...saidThen } }) => [
      id,
      { ...saidThen, warnings: toWarnings(saidThen.content) },
    ]),
  );
}
