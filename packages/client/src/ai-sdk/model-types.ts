import type { LanguageModelMiddleware } from "ai";

type Generating = Parameters<NonNullable<LanguageModelMiddleware["wrapGenerate"]>>[0];
type Streaming = Parameters<NonNullable<LanguageModelMiddleware["wrapStream"]>>[0];

/** A language model of the AI SDK. */
export type Model = Generating["model"];
/** What a model is called with. */
export type CallParams = Generating["params"];
export type Prompt = CallParams["prompt"];
/** What a model answers at once. */
export type GenerateResult = Awaited<ReturnType<Generating["doGenerate"]>>;
/** What a model answers bit by bit. */
export type StreamResult = Awaited<ReturnType<Streaming["doStream"]>>;
export type StreamPart = StreamResult["stream"] extends ReadableStream<infer Part> ? Part : never;
export type FinishReason = GenerateResult["finishReason"];
export type ProviderMetadata = NonNullable<GenerateResult["providerMetadata"]>;
