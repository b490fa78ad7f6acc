import type { AnswerOptions, OpenTurn } from "@keepsake/client";
import type { FinishReason, ProviderMetadata } from "./model-types.ts";

/** A turn that the model is working at, in one call or in several with tools between them. */
export interface WorkingTurn {
  readonly turn: OpenTurn;
  readonly options: AnswerOptions;
  /** The prompt of its last call as JSON: the AI SDK tries a failed one again with an equal one. */
  prompt: string;
  /** What the model has said in all calls so far. */
  said: string;
  hasUsedTools: boolean;
}

/** What one call of the model came to. */
export interface StepOutcome {
  readonly text: string;
  readonly hasUsedTools: boolean;
  /** Null when the call has not come to its end. */
  readonly finishReason: FinishReason | null;
}

/**
 * Takes note of a call, and ends the turn with the model's last one.
 *
 * @returns whether the turn goes on, after the tools have answered
 */
export function noteStep(working: WorkingTurn, outcome: StepOutcome): boolean {
  const { turn, options } = working;
  working.said += outcome.text;
  working.hasUsedTools ||= outcome.hasUsedTools;
  const reason = outcome.finishReason?.unified ?? "interrupted";
  if (reason === "tool-calls") return true;
  if (reason === "error" || reason === "interrupted") void turn.abandon(working.said);
  else void turn.complete(working.said, isRepeatable(working, reason) ? options : { ...options, cacheable: false });
  return false;
}

/** What tools found out or did is live state or a command; an answer that was cut short is none. */
const isRepeatable = ({ hasUsedTools }: WorkingTurn, reason: string): boolean => reason === "stop" && !hasUsedTools;

/** What a gateway may want to know of the turn, under `providerMetadata.keepsake`. */
export function metadataOf({ interactionId, cached, degraded }: OpenTurn): ProviderMetadata[string] {
  const because = cached && { match: cached.match, because: cached.because };
  return { interactionId, cached: because, degraded: [...degraded] };
}
