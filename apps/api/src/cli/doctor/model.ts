import { createOllamaEmbedder, type EmbedderHealth } from "@keepsake/embeddings";
import type { EmbeddingsConfig } from "../../config.ts";
import { hasOtherWeights, weightsOf } from "../../platform/model-weights.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** The space that is in use: what vectors there are were made with it. */
export interface RecordedSpace {
  readonly model: string;
  readonly dimensions: number;
  /** Names the weights since they were first seen. */
  readonly recipe: string;
}

/** Whether the model can be used, and is the one that the vectors were made with. */
export function judgeModel(
  config: EmbeddingsConfig,
  health: EmbedderHealth,
  recorded: RecordedSpace | null,
): Finding[] {
  if (!health.available) {
    const problem = health.problem ?? "Ollama does not answer.";
    return [fail("model", problem, `Start Ollama at OLLAMA_URL, or: ollama pull ${config.model}`)];
  }
  const found = pass("model", `${config.model} answers at OLLAMA_URL`);
  if (recorded === null) return [found, skip("model", "no vectors yet")];
  return [found, judgeSpace(config, health, recorded)];
}

function judgeSpace({ model, dimensions }: EmbeddingsConfig, health: EmbedderHealth, recorded: RecordedSpace): Finding {
  const wanted = `${model} with ${dimensions} dimensions`;
  if (recorded.model !== model || recorded.dimensions !== dimensions) {
    const said = `the vectors are ${recorded.model}'s with ${recorded.dimensions} dimensions, and ${wanted} is set`;
    return warn("model", said, "Nothing to do when that is meant: the next start gives everything new vectors.");
  }
  if (health.modelDigest === undefined || weightsOf(recorded.recipe) === null) {
    return skip("model", `the weights behind the vectors of ${wanted} are not known`);
  }
  if (!hasOtherWeights(recorded, health)) return pass("model", "its weights are those of the vectors");
  const said = `${model} was pulled again with other weights than the vectors were made with`;
  return fail("model", said, "Restart Keepsake: everything gets new vectors.");
}

/** Asks Ollama. */
export async function examineModel(
  config: EmbeddingsConfig | null,
  recorded: RecordedSpace | null,
): Promise<Finding[]> {
  if (config === null) return [skip("model", "OLLAMA_URL is not set: search goes by words alone")];
  using embedder = createOllamaEmbedder(config);
  return judgeModel(config, await embedder.health(), recorded);
}
