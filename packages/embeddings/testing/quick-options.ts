import type { OllamaEmbedderOptions } from "../src/ollama-options.ts";

/**
 * Options for an embedder in tests: nomic-embed-text at 384 numbers, with everything that waits cut down to
 * milliseconds and health asked for anew each time.
 *
 * @param url a fake Ollama's
 */
export function quickOptions(url: string, changes: Partial<OllamaEmbedderOptions> = {}): OllamaEmbedderOptions {
  return {
    url,
    model: "nomic-embed-text",
    dimensions: 384,
    retryDelayMs: 1,
    retryDelayMaxMs: 5,
    circuitPauseMs: 50,
    healthFreshMs: 0,
    ...changes,
  };
}
