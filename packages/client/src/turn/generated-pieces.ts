import { untilAborted } from "./abort.ts";
import type { GeneratedText } from "./turn-types.ts";

/** Where pieces come from, whatever the model's library calls it. */
interface PieceSource {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** Tells the model that nobody listens any more. */
  stop(reason: unknown): unknown;
}

/**
 * Passes the pieces of an answer on as they come.
 *
 * @param put takes each piece that is not empty
 * @returns the whole answer
 * @throws the model's own failure, the signal's reason, or TypeError for pieces that are no text
 */
export async function passPieces(
  generated: GeneratedText,
  put: (piece: string) => void,
  signal: AbortSignal,
): Promise<string> {
  if (typeof generated === "string") {
    put(generated);
    return generated;
  }
  const source = toSource(generated);
  try {
    return await drain(source, put, signal);
  } catch (error) {
    // Not awaited: a model that hangs would hang here too.
    Promise.resolve(source.stop(error)).catch(() => {});
    throw error;
  }
}

async function drain(source: PieceSource, put: (piece: string) => void, signal: AbortSignal): Promise<string> {
  let text = "";
  for (;;) {
    const { done, value } = await untilAborted(source.next(), signal);
    if (done) return text;
    if (typeof value !== "string") throw new TypeError(`${NO_TEXT}: a piece is of type ${typeof value}`);
    text += value;
    if (value !== "") put(value);
  }
}

const NO_TEXT = "generate must give text, or pieces of text";

function toSource(generated: Exclude<GeneratedText, string>): PieceSource {
  if (typeof generated !== "object" || generated === null) throw new TypeError(NO_TEXT);
  if (Symbol.asyncIterator in generated) {
    const iterator = generated[Symbol.asyncIterator]();
    return { next: () => iterator.next(), stop: () => iterator.return?.() };
  }
  if (!("getReader" in generated)) throw new TypeError(NO_TEXT);
  const reader = generated.getReader();
  return { next: () => reader.read(), stop: (reason) => reader.cancel(reason) };
}
