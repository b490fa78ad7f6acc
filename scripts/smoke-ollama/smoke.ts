import { arch, cpus, platform, totalmem } from "node:os";
import { KEEPSAKE_VERSION } from "../../packages/contract/src/version.ts";
import { createOllamaEmbedder, EmbeddingError } from "../../packages/embeddings/src/index.ts";
import { checkLimits } from "./check-limits.ts";
import { checkRetrieval } from "./check-retrieval.ts";
import { checkVectors } from "./check-vectors.ts";
import { check, type Finding, figure, type Target } from "./finding.ts";
import { measureSpeed, timeMs } from "./measure-speed.ts";
import { openOllama, SmokeError } from "./ollama-http.ts";

/**
 * Looks at a real Ollama and at what we make of its vectors, a finding at a time.
 *
 * @throws SmokeError when there is nothing to look at, with what to do about it
 */
export async function* smoke(url: string, model: string): AsyncGenerator<Finding> {
  assertUsable(url, model);
  const target: Target = { ollama: openOllama(url), model };
  yield* describeRun(target);
  yield* guard("vectors", checkVectors(target));
  yield* guard("retrieval", checkRetrieval(target));
  yield* guard("limits", checkLimits(target));
  yield* guard("speed", measureSpeed(target));
}

function assertUsable(url: string, model: string): void {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SmokeError("OLLAMA_URL must be an address such as http://127.0.0.1:11434.");
  }
  const { recipe } = createOllamaEmbedder({ url, model, dimensions: 384 }).space;
  if (recipe !== "nomic-v1") throw new SmokeError(`${model} is not nomic-embed-text, whose rules are checked here.`);
}

/** A part that cannot be finished has failed; the next may still tell something. */
async function* guard(part: string, findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
  try {
    yield* findings;
  } catch (error) {
    if (!(error instanceof EmbeddingError)) throw error;
    yield check(part, false, `${error.message} (${error.reason})`);
  }
}

/** Figures say nothing without where and when they were taken. */
async function* describeRun({ ollama, model }: Target): AsyncGenerator<Finding> {
  const [cpu] = cpus();
  yield figure("date", new Date().toISOString().slice(0, 10));
  yield figure("machine", `${cpus().length} × ${cpu?.model.trim()}, ${gigabytes(totalmem())}, ${platform()} ${arch()}`);
  yield figure("versions", `Keepsake ${KEEPSAKE_VERSION}, Node ${process.versions.node}`);
  const version = await ollama.version();
  const isFake = /fake/i.test(version);
  yield figure("Ollama", `${version} at ${ollama.url}${isFake ? ": NO REAL MODEL, the figures mean nothing" : ""}`);
  const { digest, parameters, quantization, contextTokens } = await ollama.modelFacts(model);
  const context = contextTokens === null ? "" : `, ${contextTokens} tokens`;
  yield figure("model", `${model}, ${parameters}, ${quantization}${context}, digest ${digest.slice(0, 12)}`);
  const firstMs = await timeMs(() => ollama.embed(model, ["hello"], false));
  yield figure("first embedding", `${firstMs.toFixed(0)} ms, with loading the model unless it was loaded`);
}

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
