import { type BatchRequests, embedBatch, toBatches } from "./batch.ts";
import type { Embedder, EmbeddingPurpose, EmbeddingResult } from "./embedder.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { toVectors } from "./embedding-result.ts";
import { createModelLoader } from "./model-loader.ts";
import { toModelName } from "./model-name.ts";
import { createOllamaApi, type OllamaApi } from "./ollama-api.ts";
import { createHealthCheck } from "./ollama-health.ts";
import { type OllamaEmbedderOptions, type OllamaEmbedderSettings, toSettings } from "./ollama-options.ts";
import { type Recipe, recipeFor } from "./recipe.ts";
import { createRequester, type Requester } from "./requester.ts";
import { splitText } from "./split.ts";
import { withTimeLimit } from "./time-limit.ts";

/**
 * An embedder on Ollama's `/api/embed`. It makes no request until it is used.
 *
 * Queries and documents have a circuit each, so that questions that give up early do not stop background work from
 * finishing on a slow machine.
 *
 * @throws RangeError when the model cannot give vectors of that length
 * @throws TypeError when the URL is none
 */
export function createOllamaEmbedder(options: OllamaEmbedderOptions): Embedder {
  const settings = toSettings(options);
  const model = toModelName(settings.model);
  const recipe = recipeFor(model, settings.dimensions);
  const api = createOllamaApi({ ...settings, model });
  const requesters = createRequesters(api, recipe, settings);
  const embedEach = createEmbedEach({ settings, recipe, requesters, api });
  const checkHealth = createHealthCheck({
    api,
    requesters: [requesters.query, requesters.document],
    model,
    freshMs: settings.healthFreshMs,
    timeoutMs: settings.healthTimeoutMs,
  });
  return {
    space: { model, dimensions: settings.dimensions, recipe: recipe.name },
    embed: async (texts, purpose, limits) => toVectors(await embedEach(texts, purpose, limits)),
    embedEach,
    split: (text) => splitText(text, { bytesMax: settings.pieceBytesMax ?? recipe.pieceBytesMax }),
    health: ({ signal } = {}) => checkHealth(signal),
    [Symbol.dispose]: () => api.close(),
  };
}

type Requesters = Readonly<Record<EmbeddingPurpose, Requester>>;

function createRequesters(api: OllamaApi, recipe: Recipe, settings: OllamaEmbedderSettings): Requesters {
  const { circuitFailuresMax: failuresMax, circuitPauseMs: pauseMs, queryRetriesMax, documentRetriesMax } = settings;
  const shared = { ...settings, failuresMax, pauseMs };
  return {
    query: createRequester(api, recipe, { ...shared, retriesMax: queryRetriesMax }),
    document: createRequester(api, recipe, { ...shared, retriesMax: documentRetriesMax }),
  };
}

interface EmbedEachParts {
  readonly settings: OllamaEmbedderSettings;
  readonly recipe: Recipe;
  readonly requesters: Requesters;
  readonly api: OllamaApi;
}

function createEmbedEach({ settings, recipe, requesters, api }: EmbedEachParts): Embedder["embedEach"] {
  const batchLimit = { countMax: settings.batchCountMax, bytesMax: settings.batchBytesMax };
  const loadModel = createModelLoader(api, settings.loadTimeoutMs);
  return async (texts, purpose, { signal, timeoutMs } = {}) => {
    const inputs = texts.map((text) => recipe.prepare(text, purpose));
    const batches = toBatches(inputs, batchLimit);
    const limit = { timeoutMs: timeoutMs ?? defaultTimeoutMs(settings, purpose, batches.length), signal };
    try {
      return await withTimeLimit(limit, (inner) => embedBatches(batches, requestsOf(requesters[purpose], inner)));
    } catch (error) {
      if (error instanceof EmbeddingError && error.reason === "EMBEDDER_TIMEOUT") loadModel();
      throw error;
    }
  };
}

/** One after the other: Ollama computes one text at a time anyway. */
async function embedBatches(batches: readonly string[][], requests: BatchRequests): Promise<EmbeddingResult[]> {
  const results: EmbeddingResult[] = [];
  for (const batch of batches) results.push(...(await embedBatch(batch, requests)));
  return results;
}

/** The requests of one call, which remembers whether the model has embedded anything yet. */
function requestsOf(requester: Requester, signal: AbortSignal): BatchRequests {
  let works = false;
  const send = async (inputs: readonly string[]): Promise<EmbeddingResult[]> => {
    const results = await requester.send(inputs, signal);
    works ||= results.some((result) => "vector" in result);
    return results;
  };
  return { send, assertModelWorks: async () => (works ? undefined : requester.probe(signal)) };
}

function defaultTimeoutMs(settings: OllamaEmbedderSettings, purpose: EmbeddingPurpose, batches: number): number {
  return purpose === "query" ? settings.queryTimeoutMs : settings.documentTimeoutMs * batches;
}
