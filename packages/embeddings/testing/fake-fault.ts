/** What a fake Ollama does wrong, until told otherwise. */
export type FakeOllamaFault = (
  | { readonly kind: "delay" /** Milliseconds before an otherwise right answer. */; readonly ms: number }
  /** No answer before the fault is replaced or cleared; then the right one. */
  | { readonly kind: "hold" }
  | {
      readonly kind: "status";
      readonly status: number;
      /** The `error` of the body. Default: what real Ollama says with 503, and for a dead model process otherwise. */
      readonly message?: string;
    }
  /** The connection is reset without an answer. */
  | { readonly kind: "reset" }
  /** The right answer, cut in half. */
  | { readonly kind: "truncated-json" }
  /** A page, as a proxy in front of Ollama would give. Default status: 200. */
  | { readonly kind: "html"; readonly status?: number }
  /** The right answer, one byte at a time. Default: every 200 ms. */
  | { readonly kind: "drip"; readonly everyMs?: number }
  /** A body of so many bytes. */
  | { readonly kind: "huge"; readonly bytes: number }
  /** Vectors of another length. */
  | { readonly kind: "wrong-dimension"; readonly dimensions: number }
  /** One vector too few, or so many more. */
  | { readonly kind: "wrong-count"; readonly by?: number }
  /** Something else than numbers where the first number of each vector stands; `1e39` is no 32-bit float. */
  | { readonly kind: "bad-value"; readonly value: "null" | "string" | "1e39" }
  /** Vectors of zeros. */
  | { readonly kind: "zero" }
  /** What Ollama says when the model computes NaN: 400 today, 500 (it could not write the JSON) in older versions. */
  | { readonly kind: "nan"; readonly status?: 400 | 500 }
  /** Refuses every request with an input that holds this. Default: as too long for the context. */
  | { readonly kind: "poison"; readonly containing: string; readonly as?: "too-long" | "nan" | "nan-500" | "bad-value" }
  /** As if no model had been pulled. */
  | { readonly kind: "missing-model" }
) & {
  /** How many requests it happens to; then the fault is gone. Default: until cleared. */
  readonly times?: number;
  /** Which paths it happens on. Default: `/api/embed`; name others for a server that is out altogether. */
  readonly paths?: readonly string[];
};

/** An answer to be sent, or a fault of the connection instead of one. */
export interface FakeAnswer {
  readonly status: number;
  /** Sent as JSON, or as it is when it is a string. */
  readonly body: unknown;
  readonly contentType?: string;
}

/** Sentences of the real server, word for word where a client may look at them. */
export const OLLAMA_SAYS = {
  tooLong: "the input length exceeds the context length",
  nan: "embedding contains NaN or Inf values",
  nan500: "failed to encode response: json: unsupported value: NaN",
  busy: "server busy, please try again.  maximum pending requests exceeded",
  crashed: "llama runner process has terminated: exit status 2",
  missingOnEmbed: (model: string) => `model "${model}" not found, try pulling it first`,
  missing: (model: string) => `model '${model}' not found`,
} as const;

/** An error as Ollama words it: `{"error": "…"}`. */
export function errorAnswer(status: number, message: string): FakeAnswer {
  return { status, body: { error: message } };
}

/**
 * The answer that a fault puts in place of a right one.
 *
 * @param right what a faultless server would answer
 * @param inputs the texts of the request; none outside `/api/embed`
 */
export function spoil(fault: FakeOllamaFault, right: FakeAnswer, inputs: readonly string[]): FakeAnswer {
  switch (fault.kind) {
    case "status":
      return errorAnswer(
        fault.status,
        fault.message ?? (fault.status === 503 ? OLLAMA_SAYS.busy : OLLAMA_SAYS.crashed),
      );
    case "html":
      return { status: fault.status ?? 200, body: "<html><body>Bad gateway</body></html>", contentType: "text/html" };
    case "huge":
      return { status: 200, body: `{"embeddings":[[${" ".repeat(fault.bytes)}]]}` };
    case "truncated-json": {
      const text = JSON.stringify(right.body);
      return { ...right, body: text.slice(0, text.length / 2) };
    }
    case "nan":
      return fault.status === 500 ? errorAnswer(500, OLLAMA_SAYS.nan500) : errorAnswer(400, OLLAMA_SAYS.nan);
    case "poison":
      return inputs.some((input) => input.includes(fault.containing))
        ? poisoned(fault.as, right, inputs, fault.containing)
        : right;
    default:
      return spoilVectors(fault, right);
  }
}

function poisoned(
  as: string | undefined,
  right: FakeAnswer,
  inputs: readonly string[],
  containing: string,
): FakeAnswer {
  if (as === "nan") return errorAnswer(400, OLLAMA_SAYS.nan);
  if (as === "nan-500") return errorAnswer(500, OLLAMA_SAYS.nan500);
  if (as !== "bad-value") return errorAnswer(400, OLLAMA_SAYS.tooLong);
  return mapVectors(right, (vector, index) =>
    inputs[index]?.includes(containing) ? [null, ...vector.slice(1)] : vector,
  );
}

function spoilVectors(fault: FakeOllamaFault, right: FakeAnswer): FakeAnswer {
  switch (fault.kind) {
    case "wrong-dimension":
      return mapVectors(right, (vector) =>
        Array.from({ length: fault.dimensions }, (_, i) => vector[i % vector.length]),
      );
    case "wrong-count":
      return withVectors(right, (vectors) =>
        (fault.by ?? -1) < 0 ? vectors.slice(0, fault.by ?? -1) : [...vectors, ...vectors.slice(0, fault.by)],
      );
    case "bad-value":
      return mapVectors(right, (vector) => [
        { null: null, string: "0.1", "1e39": 1e39 }[fault.value],
        ...vector.slice(1),
      ]);
    case "zero":
      return mapVectors(right, (vector) => vector.map(() => 0));
    default:
      return right;
  }
}

function mapVectors(answer: FakeAnswer, change: (vector: unknown[], index: number) => unknown[]): FakeAnswer {
  return withVectors(answer, (vectors) => vectors.map(change));
}

function withVectors(answer: FakeAnswer, change: (vectors: unknown[][]) => unknown[][]): FakeAnswer {
  const { body } = answer;
  if (typeof body !== "object" || body === null || !("embeddings" in body) || !Array.isArray(body.embeddings))
    return answer;
  return { ...answer, body: { ...body, embeddings: change(body.embeddings) } };
}
