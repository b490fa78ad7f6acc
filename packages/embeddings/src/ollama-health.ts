import type { EmbedderHealth } from "./embedder.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { isSameModel } from "./model-name.ts";
import type { OllamaApi } from "./ollama-api.ts";
import { modelMissing } from "./ollama-fault.ts";
import type { Requester } from "./requester.ts";
import { withTimeLimit } from "./time-limit.ts";

/** What a health report looks at. */
export interface HealthParts {
  readonly api: OllamaApi;
  readonly requesters: readonly [Requester, ...Requester[]];
  readonly model: string;
  /** Milliseconds that a good report is believed without asking again. */
  readonly freshMs: number;
  /** Milliseconds that one report may take. */
  readonly timeoutMs: number;
}

/**
 * Reports whether the model can be used. After a failure it embeds a harmless text through the same circuit as
 * everybody, which also closes the circuit again; otherwise it only asks Ollama for its list of models.
 *
 * @returns a function that never rejects and, while a good report is fresh, asks nobody
 */
export function createHealthCheck(parts: HealthParts): (signal?: AbortSignal) => Promise<EmbedderHealth> {
  let known: { health: EmbedderHealth; untilMs: number } | null = null;
  return async (signal) => {
    const hasFailed = parts.requesters.some((requester) => requester.lastFailure !== null);
    if (known && !hasFailed && performance.now() < known.untilMs) return known.health;
    try {
      const health = await withTimeLimit({ timeoutMs: parts.timeoutMs, signal }, (inner) => look(parts, inner));
      known = { health, untilMs: performance.now() + parts.freshMs };
      return health;
    } catch (error) {
      known = null;
      return { available: false, problem: problemOf(error, parts) };
    }
  };
}

async function look(parts: HealthParts, signal: AbortSignal): Promise<EmbedderHealth> {
  // First, because an open circuit answers at once and spares a server that is down the second question.
  for (const requester of parts.requesters) {
    if (requester.lastFailure) await requester.probe(signal);
  }
  const digest = await findDigest(parts, signal);
  return { available: true, problem: null, ...(digest && { modelDigest: digest }) };
}

/** @returns null when the list cannot be had but the model answers, as behind a proxy that lets only embedding through */
async function findDigest({ api, requesters, model }: HealthParts, signal: AbortSignal): Promise<string | null> {
  let models: Awaited<ReturnType<OllamaApi["list"]>>;
  try {
    models = await api.list(signal);
  } catch {
    await requesters[0].probe(signal);
    return null;
  }
  const found = models.find(({ name }) => isSameModel(name, model));
  if (!found) throw modelMissing({ url: api.shownUrl, model });
  return found.digest;
}

function problemOf(error: unknown, { api, timeoutMs }: HealthParts): string {
  if (!(error instanceof EmbeddingError)) return `Ollama at ${api.shownUrl} cannot be used.`;
  if (error.reason !== "EMBEDDER_TIMEOUT") return error.message;
  return `Ollama at ${api.shownUrl} did not answer within ${timeoutMs} ms: is it overloaded, or still loading the model?`;
}
