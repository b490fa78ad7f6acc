/** Something that keeps the check from going on, in one sentence for the person who started it. */
export class SmokeError extends Error {
  override readonly name = "SmokeError";
}

/** What Ollama tells of a model. */
export interface ModelFacts {
  readonly digest: string;
  readonly quantization: string;
  readonly parameters: string;
  /** Tokens that the model takes at once; null when Ollama does not say. */
  readonly contextTokens: number | null;
}

/** The answer to one request for embeddings. */
export interface RawEmbeddings {
  readonly status: number;
  /** In the order of the inputs; empty when refused. */
  readonly vectors: readonly number[][];
  /** Ollama's own words when it refused. */
  readonly error: string | null;
}

/**
 * Ollama's protocol as it stands, without our rules and without a library between: what is checked here must not share
 * its code with what checks it.
 */
export interface OllamaHttp {
  readonly url: string;
  version(): Promise<string>;
  /** @throws SmokeError when the model was not pulled */
  modelFacts(model: string): Promise<ModelFacts>;
  embed(model: string, inputs: readonly string[], truncate: boolean): Promise<RawEmbeddings>;
}

/** Loading a model from a slow disk takes a minute. */
const TIMEOUT_MS = 180_000;

type Json = Readonly<Record<string, unknown>>;

/** Speaks to an Ollama server. Nothing is sent before the first call. */
export function openOllama(url: string): OllamaHttp {
  const ask = (path: string, body?: object) => request(new URL(path, url).href, body);
  return {
    url,
    version: async () => String((await ask("/api/version")).body["version"]),
    modelFacts: async (model) => {
      const listed = toList((await ask("/api/tags")).body["models"]).find(({ name }) => name === withTag(model));
      if (!listed) throw new SmokeError(`Ollama at ${url} does not have ${model}: run \`ollama pull ${model}\`.`);
      const { body } = await ask("/api/show", { model });
      return toFacts(listed, body);
    },
    embed: async (model, inputs, truncate) => {
      const { status, body } = await ask("/api/embed", { model, input: inputs, truncate });
      const error = status === 200 ? null : String(body["error"]);
      return { status, vectors: (body["embeddings"] as number[][] | undefined) ?? [], error };
    },
  };
}

async function request(url: string, body?: object): Promise<{ status: number; body: Json }> {
  const init = body && { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause) => {
    throw new SmokeError(`Ollama does not answer at ${url}: start it (\`ollama serve\`) or set OLLAMA_URL.`, { cause });
  });
  try {
    return { status: response.status, body: toJson(await response.json()) };
  } catch (cause) {
    throw new SmokeError(`${url} answers with something that is not JSON: is it Ollama?`, { cause });
  }
}

function toFacts(listed: Json, shown: Json): ModelFacts {
  const details = toJson(listed["details"]);
  const info = Object.entries(toJson(shown["model_info"]));
  const context = info.find(([key]) => key.endsWith(".context_length"))?.[1];
  return {
    digest: String(listed["digest"]),
    quantization: String(details["quantization_level"]),
    parameters: String(details["parameter_size"]),
    contextTokens: typeof context === "number" ? context : null,
  };
}

const withTag = (model: string): string => (model.includes(":") ? model : `${model}:latest`);
const toJson = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const toList = (value: unknown): Json[] => (Array.isArray(value) ? value.map(toJson) : []);
