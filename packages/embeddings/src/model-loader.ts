import type { OllamaApi } from "./ollama-api.ts";
import { withTimeLimit } from "./time-limit.ts";

/**
 * Has Ollama load the model, for callers who could not wait for it. Ollama gives a load up as soon as the request that
 * began it is closed, so that callers who wait less than a load takes would never see a loaded model.
 *
 * @param timeoutMs limit of one load, milliseconds
 * @returns a function that begins a load unless one is under way; it never throws, and its failures show in the next
 *   request anyway
 */
export function createModelLoader(api: OllamaApi, timeoutMs: number): () => void {
  let isLoading = false;
  const load = async () => {
    try {
      await withTimeLimit({ timeoutMs }, (signal) => api.load(signal));
    } catch {
      // Nobody waits for this; whoever asks next gets the reason.
    } finally {
      isLoading = false;
    }
  };
  return () => {
    if (isLoading) return;
    isLoading = true;
    void load();
  };
}
