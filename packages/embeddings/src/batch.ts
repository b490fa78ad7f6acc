import type { EmbeddingResult } from "./embedder.ts";
import { type EmbeddingError, isRejection } from "./embedding-error.ts";

/** How much goes into one request. */
export interface BatchLimit {
  /** Inputs of one request. */
  readonly countMax: number;
  /** Bytes (UTF-8) of one request's inputs together; a single input may be larger. */
  readonly bytesMax: number;
}

/** The requests that a batch makes. */
export interface BatchRequests {
  /**
   * Embeds inputs in one request.
   *
   * @returns one result an input, in order
   * @throws EmbeddingError `EMBEDDING_REJECTED` when the request was refused because of one or more inputs
   */
  send(inputs: readonly string[]): Promise<EmbeddingResult[]>;
  /** Rejects when even a harmless text cannot be embedded, so that no text is blamed for what the model does to all. */
  assertModelWorks(): Promise<void>;
}

/** Cuts a list into batches within a limit, keeping its order. */
export function toBatches(inputs: readonly string[], { countMax, bytesMax }: BatchLimit): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const input of inputs) {
    const size = Buffer.byteLength(input);
    const last = batches.at(-1);
    const hasRoom = last !== undefined && last.length < countMax && bytes + size <= bytesMax;
    if (hasRoom) last.push(input);
    else batches.push([input]);
    bytes = hasRoom ? bytes + size : size;
  }
  return batches;
}

/**
 * Embeds a batch; when it is refused, halves it until the refused inputs stand alone. One bad input of 64 costs about
 * twelve requests more, and nobody else a vector.
 *
 * @param inputs at least one
 * @returns one result an input, in order
 * @throws EmbeddingError for everything that is not one input's fault
 */
export async function embedBatch(inputs: readonly string[], requests: BatchRequests): Promise<EmbeddingResult[]> {
  try {
    const results = await requests.send(inputs);
    if (results.every((result) => "error" in result)) await requests.assertModelWorks();
    return results;
  } catch (error) {
    if (!isRejection(error)) throw error;
    await requests.assertModelWorks();
    return await embedHalves(inputs, requests, error);
  }
}

async function embedHalves(
  inputs: readonly string[],
  requests: BatchRequests,
  error: EmbeddingError,
): Promise<EmbeddingResult[]> {
  if (inputs.length === 1) return [{ error }];
  const middle = Math.ceil(inputs.length / 2);
  const left = await embedBatch(inputs.slice(0, middle), requests);
  const right = await embedBatch(inputs.slice(middle), requests);
  return [...left, ...right];
}
