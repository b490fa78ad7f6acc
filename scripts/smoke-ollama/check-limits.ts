import { createOllamaEmbedder, EmbeddingError } from "../../packages/embeddings/src/index.ts";
import { check, type Finding, type Target } from "./finding.ts";
import { cosine } from "./vectors.ts";

/** Far over the 2,048 tokens that nomic-embed-text takes in Ollama. */
const LONG_TEXT = "The light in the kitchen is too bright in the evening. ".repeat(400);
/** Texts that make the most tokens of their bytes. */
const DENSE_TEXTS = {
  digits: "0123456789".repeat(500),
  marks: "!?;:,.-()[]".repeat(500),
  Polish: "źdźbło ćwierć żółć ".repeat(300),
  Chinese: "厨房的灯太亮了".repeat(300),
  emoji: "🦊🔑".repeat(600),
};

/** What happens to texts that are longer than the model takes. */
export async function* checkLimits({ ollama, model }: Target): AsyncGenerator<Finding> {
  const refused = await ollama.embed(model, [LONG_TEXT], false);
  const words = refused.error ?? "embedded as if it fitted";
  yield check("truncate: false refuses a long text", refused.status === 400, `${refused.status}: ${words}`);
  const cut = await ollama.embed(model, [LONG_TEXT, LONG_TEXT.slice(0, 2_000)], true);
  const likeness = cut.status === 200 ? cosine(cut.vectors[0] ?? [], cut.vectors[1] ?? []).toFixed(3) : cut.error;
  yield check("truncate: true cuts it", cut.status === 200, `${cut.status}, cosine to its beginning ${likeness}`);
  yield* checkPieces({ ollama, model });
}

async function* checkPieces({ ollama, model }: Target): AsyncGenerator<Finding> {
  const embedder = createOllamaEmbedder({ url: ollama.url, model, dimensions: 384 });
  const failure = await embedder.embed([LONG_TEXT], "document").catch((error: unknown) => error);
  const reason = failure instanceof EmbeddingError ? failure.reason : "embedded";
  yield check("our embedder says it is too long", reason === "EMBEDDING_REJECTED", reason);
  for (const [name, text] of Object.entries({ English: LONG_TEXT, ...DENSE_TEXTS })) {
    const pieces = embedder.split(text);
    const results = await embedder.embedEach(pieces, "document");
    const embedded = results.filter((result) => "vector" in result).length;
    yield check(`pieces are short enough: ${name}`, embedded === pieces.length, `${embedded} of ${pieces.length}`);
  }
}
