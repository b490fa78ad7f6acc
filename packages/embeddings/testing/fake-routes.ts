import { createHash } from "node:crypto";
import { isSameModel, toModelName } from "../src/model-name.ts";
import { errorAnswer, type FakeAnswer, OLLAMA_SAYS } from "./fake-fault.ts";
import { countTokens, FAKE_CONTEXT_TOKENS, FAKE_DIMENSIONS, normalise, toFakeVector } from "./fake-vectors.ts";

/** A request's body, as far as it is JSON. */
export type FakeBody = Readonly<Record<string, unknown>>;

/** A text that the real server measures, in nanoseconds; the fake has nothing to measure. */
const DURATION_NS = 1_000_000;
/** Any fixed date will do. */
const MODIFIED_AT = "2025-01-01T00:00:00Z";

/** The texts of an embed request; null when `input` is neither a string nor a list of strings. */
export function inputsOf({ input }: FakeBody): string[] | null {
  if (input === undefined || input === null || input === "") return [];
  if (typeof input === "string") return [input];
  return Array.isArray(input) && input.every((text) => typeof text === "string") ? input : null;
}

/** `POST /api/embed`. */
export function answerEmbed(body: FakeBody, models: readonly string[]): FakeAnswer {
  const model = String(body["model"] ?? "");
  const inputs = inputsOf(body);
  const unit = unitFault(body["keep_alive"]);
  if (unit !== null) return errorAnswer(400, unit);
  if (!inputs) return errorAnswer(400, "invalid input type");
  if (!hasModel(models, model)) return errorAnswer(404, OLLAMA_SAYS.missingOnEmbed(model));
  if (inputs.length === 0) return { status: 200, body: { model, embeddings: [] } };
  if (body["truncate"] === false && inputs.some((text) => countTokens(text) > FAKE_CONTEXT_TOKENS)) {
    return errorAnswer(400, OLLAMA_SAYS.tooLong);
  }
  return { status: 200, body: embedAnswer(model, inputs.map(truncate), Number(body["dimensions"] ?? 0)) };
}

function embedAnswer(model: string, inputs: readonly string[], dimensions: number): object {
  return {
    model,
    embeddings: inputs.map((text) => shorten(toFakeVector(text), dimensions)),
    total_duration: DURATION_NS,
    load_duration: DURATION_NS,
    prompt_eval_count: inputs.reduce((sum, text) => sum + countTokens(text), 0),
  };
}

/** Real Ollama slices and scales again; it leaves nomic's layer normalisation out. */
function shorten(vector: number[], dimensions: number): number[] {
  return dimensions > 0 && dimensions < FAKE_DIMENSIONS ? normalise(vector.slice(0, dimensions)) : vector;
}

function truncate(text: string): string {
  let kept = text;
  while (countTokens(kept) > FAKE_CONTEXT_TOKENS) kept = kept.slice(0, Math.floor(kept.length * 0.9));
  return kept;
}

/** Go reads durations with a unit in a string, and seconds in a number. */
function unitFault(keepAlive: unknown): string | null {
  if (typeof keepAlive !== "string" || /^-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(keepAlive)) return null;
  const fault = /^-?\d+$/.test(keepAlive) ? "missing unit in duration" : "invalid duration";
  return `time: ${fault} "${keepAlive}"`;
}

/** `GET /api/tags`. */
export function answerTags(models: readonly string[], weights: string): FakeAnswer {
  return { status: 200, body: { models: models.map((name) => describe(name, weights)) } };
}

function describe(name: string, weights: string): object {
  const full = toModelName(name).includes(":") ? name : `${toModelName(name)}:latest`;
  const digest = createHash("sha256")
    .update(full + weights)
    .digest("hex");
  return { name: full, model: full, modified_at: MODIFIED_AT, size: 274_302_450, digest, details: detailsOf(name) };
}

/** `POST /api/show`. */
export function answerShow(body: FakeBody, models: readonly string[]): FakeAnswer {
  const model = String(body["model"] ?? body["name"] ?? "");
  if (model === "") return errorAnswer(400, "model is required");
  if (!hasModel(models, model)) return errorAnswer(404, OLLAMA_SAYS.missing(toModelName(model)));
  const capabilities = isForEmbedding(model) ? ["embedding"] : ["completion"];
  const model_info = {
    "general.architecture": "nomic-bert",
    "nomic-bert.context_length": FAKE_CONTEXT_TOKENS,
    "nomic-bert.embedding_length": FAKE_DIMENSIONS,
  };
  return { status: 200, body: { details: detailsOf(model), model_info, capabilities, modified_at: MODIFIED_AT } };
}

function detailsOf(model: string): object {
  const family = isForEmbedding(model) ? "nomic-bert" : "llama";
  return {
    parent_model: "",
    format: "gguf",
    family,
    families: [family],
    parameter_size: "137M",
    quantization_level: "F16",
  };
}

function isForEmbedding(model: string): boolean {
  return model.includes("embed");
}

/** Whether the fake has a model, by Ollama's rules for names. */
export function hasModel(models: readonly string[], model: string): boolean {
  return models.some((name) => isSameModel(name, model));
}
