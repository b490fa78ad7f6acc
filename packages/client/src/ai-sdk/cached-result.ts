import type { GenerateResult, ProviderMetadata, StreamPart, StreamResult } from "./model-types.ts";

const TEXT_ID = "keepsake";
/** A model that was not asked has used nothing. */
const USAGE: GenerateResult["usage"] = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};
const FINISH_REASON: GenerateResult["finishReason"] = { unified: "stop", raw: undefined };

/** An answer of before, as a model would give it. */
export function cachedResult(text: string, providerMetadata: ProviderMetadata): GenerateResult {
  return {
    content: [{ type: "text", text }],
    finishReason: FINISH_REASON,
    usage: USAGE,
    warnings: [],
    providerMetadata,
  };
}

/** An answer of before, as a model would stream it: in one piece. */
export function cachedStream(text: string, providerMetadata: ProviderMetadata): StreamResult {
  const parts: StreamPart[] = [
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: TEXT_ID },
    { type: "text-delta", id: TEXT_ID, delta: text },
    { type: "text-end", id: TEXT_ID },
    { type: "finish", usage: USAGE, finishReason: FINISH_REASON, providerMetadata },
  ];
  const stream = new ReadableStream<StreamPart>({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  return { stream };
}
