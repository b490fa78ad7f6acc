import { createOllamaEmbedder, NOMIC_DIMENSIONS } from "../../packages/embeddings/src/index.ts";
import { check, type Finding, figure, type Target } from "./finding.ts";
import { SmokeError } from "./ollama-http.ts";
import { cosine, cutAsModelCard, distance, norm } from "./vectors.ts";

const DIMENSIONS = 384;
const TEXT = "The light in the kitchen is too bright in the evening.";
/** Float32 keeps seven digits. */
const TOLERANCE = 1e-5;
/** Ollama computes a text in a batch a little differently than alone. */
const SAME_COSINE_MIN = 0.999;

/** Whether the model's vectors are what we take them for, and ours what we promise. */
export async function* checkVectors({ ollama, model }: Target): AsyncGenerator<Finding> {
  const raw = await embedOne({ ollama, model }, `search_document: ${TEXT}`);
  yield check("native dimensions", raw.length === NOMIC_DIMENSIONS, String(raw.length));
  const embedder = createOllamaEmbedder({ url: ollama.url, model, dimensions: DIMENSIONS });
  const [ours = new Float32Array()] = await embedder.embed([TEXT], "document");
  const isUnit = ours.length === DIMENSIONS && Math.abs(norm(ours) - 1) < TOLERANCE;
  yield check("ours are unit vectors of 384", isUnit, `${ours.length} numbers, length ${norm(ours).toFixed(7)}`);
  const difference = distance(ours, cutAsModelCard(raw, DIMENSIONS));
  yield check(
    "cut as the model card does",
    difference < TOLERANCE,
    `differs by ${difference.toExponential(1)} at most`,
  );
  yield* checkOrder({ ollama, model }, raw);
  yield* checkPrefixes({ ollama, model }, raw);
}

async function* checkOrder(target: Target, raw: readonly number[]): AsyncGenerator<Finding> {
  const texts = ["Tea.", `search_document: ${TEXT}`, "A hundred bicycles."];
  const { vectors } = await target.ollama.embed(target.model, texts, false);
  const likeness = vectors.map((vector) => cosine(vector, raw));
  const inOrder = (likeness[1] ?? 0) > SAME_COSINE_MIN && Math.max(likeness[0] ?? 1, likeness[2] ?? 1) < 0.99;
  yield check("a batch answers in order", inOrder, `cosine ${likeness.map((each) => each.toFixed(4)).join(", ")}`);
}

async function* checkPrefixes(target: Target, asDocument: readonly number[]): AsyncGenerator<Finding> {
  const asQuery = await embedOne(target, `search_query: ${TEXT}`);
  const plain = await embedOne(target, TEXT);
  const likeness = cosine(asQuery, asDocument);
  yield check("prefixes change the vector", likeness < SAME_COSINE_MIN, `query and document: ${likeness.toFixed(4)}`);
  yield figure("without a prefix", `cosine ${cosine(plain, asDocument).toFixed(4)} to the document's`);
}

async function embedOne({ ollama, model }: Target, text: string): Promise<number[]> {
  const { vectors, error } = await ollama.embed(model, [text], false);
  if (vectors[0]) return vectors[0];
  throw new SmokeError(`Ollama refuses to embed a plain sentence: ${error}`);
}
