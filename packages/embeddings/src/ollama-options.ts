/** What an embedder on Ollama is made of. Only the first three have to be given. */
export interface OllamaEmbedderOptions {
  /** Such as `http://127.0.0.1:11434`; a name and password in it are sent as basic authentication and never shown. */
  readonly url: string;
  /** The model's name in any spelling, such as `nomic-embed-text` or `nomic-embed-text:latest`. */
  readonly model: string;
  /** Length of the vectors. 64 to 768 for nomic-embed-text; for any other model exactly what it gives. */
  readonly dimensions: number;

  /** How long Ollama keeps the model loaded after a request: `24h` (default), seconds as a number, -1 for ever. */
  readonly keepAlive?: string | number;
  /** Bytes (UTF-8) of one piece of `split`. Default: 2,000 for nomic-embed-text, 1,000 for others; see `recipe.ts`. */
  readonly pieceBytesMax?: number;
  /** Inputs of one request, 64 at most and by default. */
  readonly batchCountMax?: number;
  /**
   * Bytes (UTF-8) of one request's inputs together, 16,384 by default: half a minute's work for a Raspberry Pi 5.
   * Ollama works requests off in order, so that a question waits for the whole batch before it.
   */
  readonly batchBytesMax?: number;

  /** Time limit of a call for queries, retries included, where the caller names none, milliseconds. Default: 10,000. */
  readonly queryTimeoutMs?: number;
  /** The same for documents, for each batch of the call, milliseconds. Default: 240,000. */
  readonly documentTimeoutMs?: number;
  /** Time limit of one request, milliseconds. Default: 120,000. */
  readonly requestTimeoutMs?: number;
  /** Retries of one failed request of a call for queries. Default: 1; a person is waiting. */
  readonly queryRetriesMax?: number;
  /** The same for documents. Default: 3. */
  readonly documentRetriesMax?: number;
  /** Milliseconds before the first retry, roughly: later ones wait longer, all of them by chance. Default: 200. */
  readonly retryDelayMs?: number;
  /** Milliseconds before any retry at most. Default: 5,000. */
  readonly retryDelayMaxMs?: number;

  /** Failed requests in a row after which no more are sent for a while. Default: 5. */
  readonly circuitFailuresMax?: number;
  /** How long that while is, milliseconds; then one request tries again. Default: 10,000. */
  readonly circuitPauseMs?: number;
  /** How long a good health report is believed without asking again, milliseconds. Default: 10,000. */
  readonly healthFreshMs?: number;
  /** Time limit of one health report, milliseconds. Default: 5,000. */
  readonly healthTimeoutMs?: number;
  /** Time limit for loading a model after a caller gave up on it, milliseconds. Default: 120,000. */
  readonly loadTimeoutMs?: number;

  /** Another `fetch`, such as one through a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

/** All options with their defaults, but `pieceBytesMax`, whose default the recipe knows. */
export type OllamaEmbedderSettings = Required<Omit<OllamaEmbedderOptions, "pieceBytesMax">> &
  Pick<OllamaEmbedderOptions, "pieceBytesMax">;

/** Ollama takes larger batches, but fails the whole of one for a single bad text. */
const BATCH_COUNT_MAX = 64;

const DEFAULTS = {
  keepAlive: "24h",
  batchCountMax: BATCH_COUNT_MAX,
  batchBytesMax: 16_384,
  queryTimeoutMs: 10_000,
  documentTimeoutMs: 240_000,
  requestTimeoutMs: 120_000,
  queryRetriesMax: 1,
  documentRetriesMax: 3,
  retryDelayMs: 200,
  retryDelayMaxMs: 5_000,
  circuitFailuresMax: 5,
  circuitPauseMs: 10_000,
  healthFreshMs: 10_000,
  healthTimeoutMs: 5_000,
  loadTimeoutMs: 120_000,
};

/** Fills in what was not given. */
export function toSettings(options: OllamaEmbedderOptions): OllamaEmbedderSettings {
  const settings = { fetch: globalThis.fetch, ...DEFAULTS, ...options };
  return { ...settings, batchCountMax: Math.min(settings.batchCountMax, BATCH_COUNT_MAX) };
}
