import { Ollama } from "ollama";
import { boundedFetch } from "./bounded-fetch.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { toEmbeddingError } from "./ollama-fault.ts";
import { withTimeLimit } from "./time-limit.ts";

/** 64 vectors of 4,096 numbers in full precision are half of this. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** Which Ollama, and which model in it. */
export interface OllamaTarget {
  /** Such as `http://127.0.0.1:11434`; a name and password in it are sent as basic authentication. */
  readonly url: string;
  readonly model: string;
  /** How long Ollama keeps the model loaded after a request: `24h`, seconds as a number, or -1 for ever. */
  readonly keepAlive: string | number;
  readonly fetch: typeof globalThis.fetch;
}

/** The three requests that embedding needs. Each rejects with an EmbeddingError when the signal has not fired. */
export interface OllamaApi {
  /** Ends all requests under way and refuses later ones. */
  close(): void;
  /** The URL without credentials, for messages. */
  readonly shownUrl: string;
  /** @returns what the answer holds for each input, in order, unchecked */
  embed(inputs: readonly string[], signal: AbortSignal): Promise<unknown[]>;
  /** Loads the model into memory and returns when it is there. */
  load(signal: AbortSignal): Promise<void>;
  /** The models that Ollama has, with the digests of their weights. */
  list(signal: AbortSignal): Promise<Array<{ readonly name: string; readonly digest: string }>>;
}

/** @throws TypeError when the URL is none */
export function createOllamaApi(target: OllamaTarget): OllamaApi {
  const { host, shownUrl, headers } = splitCredentials(target.url);
  const keep_alive = toKeepAlive(target.keepAlive);
  const closing = new AbortController();
  const send = <T>(request: (client: Ollama) => Promise<T>, signal: AbortSignal): Promise<T> => {
    // One client a request is cheap, and the only way to give a single request its own signal.
    const fetch = boundedFetch(target.fetch, { signal, bodyBytesMax: BODY_BYTES_MAX });
    return request(new Ollama({ host, fetch, headers }));
  };
  const ask = async <T>(signal: AbortSignal, request: (client: Ollama) => Promise<T>): Promise<T> => {
    try {
      const untilClosed = { timeoutMs: Number.POSITIVE_INFINITY, signal: closing.signal };
      return await withTimeLimit(untilClosed, (open) => send(request, AbortSignal.any([signal, open])));
    } catch (error) {
      throw toEmbeddingError(error, { url: shownUrl, model: target.model });
    }
  };
  const request = { model: target.model, truncate: false, keep_alive };
  return {
    shownUrl,
    close: () =>
      closing.abort(new EmbeddingError("EMBEDDER_UNAVAILABLE", "The embedder was closed.", { isTransient: false })),
    embed: (inputs, signal) =>
      ask(signal, async (client) =>
        readEmbeddings(await client.embed({ ...request, input: [...inputs] }), inputs.length),
      ),
    // Ollama loads the model for an empty list too, and then has nothing to compute.
    load: (signal) => ask(signal, async (client) => void (await client.embed({ ...request, input: [] }))),
    list: (signal) => ask(signal, async (client) => readModels(await client.list())),
  };
}

function readEmbeddings(answer: unknown, count: number): unknown[] {
  const embeddings = fieldOf(answer, "embeddings");
  if (Array.isArray(embeddings) && embeddings.length === count) return embeddings;
  const found = Array.isArray(embeddings) ? embeddings.length : "no";
  throw new EmbeddingError("EMBEDDER_UNAVAILABLE", `Ollama answered with ${found} vectors for ${count} texts.`);
}

function readModels(answer: unknown): Array<{ name: string; digest: string }> {
  const models = fieldOf(answer, "models");
  if (!Array.isArray(models))
    throw new EmbeddingError("EMBEDDER_UNAVAILABLE", "Ollama answered without a list of models.");
  return models.map((model) => ({
    name: String(fieldOf(model, "name")),
    digest: String(fieldOf(model, "digest") ?? ""),
  }));
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** `fetch` refuses URLs with credentials, and no message may show them. */
function splitCredentials(address: string): { host: string; shownUrl: string; headers: Record<string, string> } {
  const url = new URL(address.includes("://") ? address : `http://${address}`);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = "";
  url.password = "";
  const host = url.href.replace(/\/+$/, "");
  if (!user && !password) return { host, shownUrl: host, headers: {} };
  const token = Buffer.from(`${user}:${password}`).toString("base64");
  return { host, shownUrl: host, headers: { authorization: `Basic ${token}` } };
}

/** Ollama reads bare digits in a string as a duration without a unit, and refuses every request with them. */
function toKeepAlive(keepAlive: string | number): string | number {
  return typeof keepAlive === "string" && /^-?\d+$/.test(keepAlive.trim()) ? Number(keepAlive) : keepAlive;
}
