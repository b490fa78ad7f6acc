/** An answer that is not 2xx. */
export class HttpStatusError extends Error {
  override readonly name = "HttpStatusError";
  readonly status: number;
  /** The `error` sentence of a JSON body; null for any other body. */
  readonly detail: string | null;

  constructor(status: number, detail: string | null) {
    super(`HTTP status ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

/** An answer longer than anybody needs. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";

  constructor(bytesMax: number) {
    super(`The body is larger than ${bytesMax} bytes.`);
  }
}

/** What a request needs beside its own arguments. */
export interface FetchBounds {
  /** Ends the request and the reading of its body. */
  readonly signal: AbortSignal;
  /** Bytes of a body after decompression; reading stops there. */
  readonly bodyBytesMax: number;
}

/**
 * A `fetch` that reads the whole body within bounds before it returns, and throws for every status but 2xx. The ollama
 * client takes no signal for single requests, limits no body, and prints foreign error bodies to the console; all of
 * that is settled before it sees the answer.
 *
 * @throws HttpStatusError for a status other than 2xx
 * @throws BodyTooLargeError when the body passes `bodyBytesMax`
 */
export function boundedFetch(fetch: typeof globalThis.fetch, bounds: FetchBounds): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, signal: bounds.signal });
    const body = await readBody(response, bounds.bodyBytesMax);
    if (!response.ok) throw new HttpStatusError(response.status, detailOf(body));
    return new Response(body, { headers: { "content-type": "application/json" } });
  };
}

async function readBody(response: Response, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early closes the connection, so that the rest is never received.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new BodyTooLargeError(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function detailOf(body: Buffer): string | null {
  try {
    const { error } = JSON.parse(body.toString("utf8"));
    return typeof error === "string" ? error : null;
  } catch {
    return null;
  }
}
