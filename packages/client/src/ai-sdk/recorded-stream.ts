import type { StepOutcome } from "./model-step.ts";
import type { FinishReason, ProviderMetadata, StreamPart } from "./model-types.ts";

/** Told how a stream went: once, at its end, by its failure, or when its reader leaves. */
export interface StreamListener {
  onEnd(outcome: StepOutcome): void;
  /** The stream failed before it said anything. */
  onFailure(): void;
}

/**
 * Passes a model's stream on as it comes, and tells what was read of it.
 *
 * @param metadata put under `providerMetadata.keepsake` of the last part
 */
export function recordedStream(
  stream: ReadableStream<StreamPart>,
  metadata: ProviderMetadata[string],
  { onEnd, onFailure }: StreamListener,
): ReadableStream<StreamPart> {
  const reader = stream.getReader();
  const record = new StepRecord();
  return new ReadableStream<StreamPart>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return record.isFailure() ? onFailure() : onEnd(record.outcome());
        }
        record.note(value);
        controller.enqueue(value.type === "finish" ? withMetadata(value, metadata) : value);
      } catch (error) {
        controller.error(error);
        if (record.isEmpty()) onFailure();
        else onEnd(record.outcome());
      }
    },
    cancel: async (reason) => {
      onEnd(record.outcome());
      await reader.cancel(reason);
    },
  });
}

type FinishPart = Extract<StreamPart, { type: "finish" }>;

const withMetadata = (part: FinishPart, keepsake: ProviderMetadata[string]): FinishPart => ({
  ...part,
  providerMetadata: { ...part.providerMetadata, keepsake },
});

/** What was read of one call. */
class StepRecord {
  #text = "";
  #hasUsedTools = false;
  #hasFailed = false;
  #finishReason: FinishReason | null = null;

  note(part: StreamPart): void {
    if (part.type === "text-delta") this.#text += part.delta;
    else if (part.type === "tool-call") this.#hasUsedTools = true;
    else if (part.type === "error") this.#hasFailed = true;
    else if (part.type === "finish") this.#finishReason = part.finishReason;
  }

  isEmpty(): boolean {
    return this.#text === "" && !this.#hasUsedTools;
  }

  isFailure(): boolean {
    return this.#hasFailed && this.isEmpty();
  }

  outcome(): StepOutcome {
    const finishReason = this.#hasFailed ? null : this.#finishReason;
    return { text: this.#text, hasUsedTools: this.#hasUsedTools, finishReason };
  }
}
