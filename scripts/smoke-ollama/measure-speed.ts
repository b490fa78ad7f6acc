import { type Finding, figure, type Target } from "./finding.ts";
import { QUESTION_PAIRS } from "./question-pairs.ts";
import { median, quantile } from "./vectors.ts";

const BATCH_TEXTS = 64;

/** How long one question takes, and a batch of facts. The model is loaded already. */
export async function* measureSpeed({ ollama, model }: Target): AsyncGenerator<Finding> {
  const singles: number[] = [];
  for (const { question } of QUESTION_PAIRS) {
    singles.push(await timeMs(() => ollama.embed(model, [`search_query: ${question}`], false)));
  }
  const [middle, slow] = [median(singles), quantile(singles, 0.95)].map((ms) => ms.toFixed(1));
  yield figure("one question", `${middle} ms median, ${slow} ms p95 of ${singles.length}`);
  const facts = Array.from({ length: BATCH_TEXTS }, (_, index) => `search_document: ${factAt(index)}`);
  const batchMs = await timeMs(() => ollama.embed(model, facts, false));
  const perText = (batchMs / BATCH_TEXTS).toFixed(1);
  yield figure(`a batch of ${BATCH_TEXTS} facts`, `${batchMs.toFixed(0)} ms, ${perText} ms a text`);
}

/** Runs something once. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** No two alike, in case Ollama remembers. */
function factAt(index: number): string {
  return `${index}. ${QUESTION_PAIRS[index % QUESTION_PAIRS.length]?.fact}`;
}
