import type { KeepsakeClient } from "@keepsake/client";
import type { LanguageModelMiddleware } from "ai";
import { cachedResult, cachedStream } from "./cached-result.ts";
import { type KeepsakeCallOptions, readCallOptions, toTurnInput } from "./call-options.ts";
import { metadataOf, noteStep, type WorkingTurn } from "./model-step.ts";
import type { CallParams, GenerateResult, Model, StreamResult } from "./model-types.ts";
import { isPersonSpeaking, lastWords, withContext } from "./prompt.ts";
import { recordedStream } from "./recorded-stream.ts";
import { WorkingTurns } from "./working-turns.ts";

/** How the middleware finds out about a call. What the call itself says in `providerOptions.keepsake` goes before. */
export interface KeepsakeMiddlewareOptions extends KeepsakeCallOptions {
  /** The client of a user that a call names. Without it all calls are made for the client's own user. */
  readonly clientOf?: (userId: string) => KeepsakeClient;
  /** What is to be known of a call, by the call. */
  readonly describeCall?: (params: CallParams) => KeepsakeCallOptions;
}

/**
 * Gives a language model of the AI SDK (version 7) a memory: each thing that a person says is kept and answered with
 * what matters now, or with an answer of before, in which case the model is not asked; the answer is kept at its end.
 * Calls with tools in between are one turn. Nothing that Keepsake does fails a call.
 *
 * @throws TypeError on a call when nothing names its session
 *
 * @example
 * const model = wrapLanguageModel({ model: ollama("llama3.2"), middleware: keepsakeMiddleware(keepsake) });
 * await generateText({ model, prompt, providerOptions: { keepsake: { sessionId: "kitchen", cacheable: true } } });
 */
export function keepsakeMiddleware(
  client: KeepsakeClient,
  options: KeepsakeMiddlewareOptions = {},
): LanguageModelMiddleware {
  const memory: Memory = { client, options, working: new WorkingTurns() };
  return {
    specificationVersion: "v4",
    wrapGenerate: ({ params, model }) => generate(memory, params, model),
    wrapStream: ({ params, model }) => stream(memory, params, model),
  };
}

interface Memory {
  readonly client: KeepsakeClient;
  readonly options: KeepsakeMiddlewareOptions;
  readonly working: WorkingTurns;
}

/** One call of the model. */
interface Step {
  readonly key: string;
  readonly working: WorkingTurn;
  /** The answer of before, where this call is to be answered with it. */
  readonly cachedText: string | null;
}

async function generate(memory: Memory, params: CallParams, model: Model): Promise<GenerateResult> {
  const step = await beginStep(memory, params);
  if (step === null) return model.doGenerate(params);
  const { working, cachedText } = step;
  const keepsake = metadataOf(working.turn);
  if (cachedText !== null) return cachedResult(cachedText, { keepsake });
  const result = await tryModel(memory, params, step, () =>
    model.doGenerate(withContext(params, working.turn.context)),
  );
  const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const hasUsedTools = result.content.some(({ type }) => type === "tool-call");
  if (noteStep(working, { text, hasUsedTools, finishReason: result.finishReason }))
    memory.working.put(step.key, working);
  return { ...result, providerMetadata: { ...result.providerMetadata, keepsake } };
}

async function stream(memory: Memory, params: CallParams, model: Model): Promise<StreamResult> {
  const step = await beginStep(memory, params);
  if (step === null) return model.doStream(params);
  const { key, working, cachedText } = step;
  const keepsake = metadataOf(working.turn);
  if (cachedText !== null) return cachedStream(cachedText, { keepsake });
  const result = await tryModel(memory, params, step, () => model.doStream(withContext(params, working.turn.context)));
  const recorded = recordedStream(result.stream, keepsake, {
    onEnd: (outcome) => {
      if (noteStep(working, outcome)) memory.working.put(key, working);
    },
    onFailure: () => waitForRetry(memory, params, step),
  });
  return { ...result, stream: recorded };
}

/** @returns null for a call that is not to be remembered */
async function beginStep(memory: Memory, params: CallParams): Promise<Step | null> {
  const options = readCallOptions(params, (call) => ({ ...memory.options, ...memory.options.describeCall?.(call) }));
  const text = lastWords(params.prompt);
  if (options.off || text.trim() === "") return null;
  const input = toTurnInput(options, params, text);
  const key = JSON.stringify([options.userId, input.sessionId, text]);
  const before = memory.working.take(key);
  const prompt = JSON.stringify(params.prompt);
  if (before !== null && (before.prompt === prompt || !isPersonSpeaking(params.prompt))) {
    return { key, working: Object.assign(before, { prompt }), cachedText: null };
  }
  void before?.turn.abandon(before.said);
  // After a restart of the gateway nobody knows any more what the tools were asked for.
  if (!isPersonSpeaking(params.prompt)) return null;
  return beginTurn(memory, params, { key, options, input });
}

async function beginTurn(
  memory: Memory,
  params: CallParams,
  { key, options, input }: { key: string; options: KeepsakeCallOptions; input: ReturnType<typeof toTurnInput> },
): Promise<Step> {
  const { clientOf } = memory.options;
  const client = options.userId !== undefined && clientOf ? clientOf(options.userId) : memory.client;
  const turn = await client.turn.open(input, params.abortSignal ? { signal: params.abortSignal } : {});
  const cachedText = turn.cached?.response ?? null;
  if (cachedText !== null) void turn.complete(cachedText);
  return {
    key,
    cachedText,
    working: { turn, options, prompt: JSON.stringify(params.prompt), said: "", hasUsedTools: false },
  };
}

async function tryModel<T>(memory: Memory, params: CallParams, step: Step, call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    waitForRetry(memory, params, step);
    throw error;
  }
}

/** A call that fails may be tried again; until then its turn stays open. */
function waitForRetry(memory: Memory, { abortSignal }: CallParams, { key, working }: Step): void {
  if (abortSignal?.aborted) void working.turn.abandon(working.said);
  else memory.working.put(key, working);
}
