import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

type Inputs = inferRouterInputs<AppRouter>["conversation"];
type Outputs = inferRouterOutputs<AppRouter>["conversation"];

/** What a person says now, and how it is to be understood. Its time and the keys that make it safe to repeat are the client's. */
export type TurnInput = Omit<Inputs["begin"], "idempotencyKey" | "createdAt">;
/** What the model should know: `system` is ready to be its system text, `tail` the session's last messages. */
export type TurnContext = Outputs["begin"]["context"];
/** An answer of before that is given again, and why it may be. */
export type RepeatedAnswer = NonNullable<Outputs["begin"]["cached"]>;
/** What a turn had to do without. `keepsake`: all of it, see {@link Turn.failure}. */
export type TurnDegraded = Outputs["begin"]["degraded"][number] | "keepsake";

/**
 * What became of a turn's words. `saved`: they are safe in Keepsake. `queued`: they wait to be sent, on disk where there
 * is a `queueDir`. `dropped`: they are not kept; `onDrop` was told why.
 */
export type TurnSaved = "saved" | "queued" | "dropped";

/** What `generate` is given. */
export interface GenerateInput {
  /** What the person said, as it was given. */
  readonly text: string;
  /** Empty when Keepsake is away: all lists empty, `system` the empty text. */
  readonly context: TurnContext;
  /** What feedback and corrections point at. */
  readonly interactionId: string;
  readonly degraded: readonly TurnDegraded[];
  /** Why Keepsake could not be used, for `errorReason` to read; null when it could. */
  readonly failure: unknown;
  /** Fires when the caller gives the turn up. */
  readonly signal: AbortSignal;
}

/** A web stream of text, for runtimes and type libraries that cannot iterate one. */
export interface TextStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: string | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** An answer: whole, or in pieces as they come. */
export type GeneratedText = string | AsyncIterable<string> | TextStream;

/** Asks the model, or acts. */
export type Generate = (input: GenerateInput) => GeneratedText | PromiseLike<GeneratedText>;

/** What may be said about an answer. */
export interface AnswerOptions {
  /**
   * Whether the answer may be given again to the same question. Never for commands or live state. False unless named.
   * A function is asked once the whole answer is there.
   */
  readonly cacheable?: boolean | ((answer: string) => boolean);
  /** How long it may be given again, seconds; the server's own time unless named. */
  readonly ttlSeconds?: number;
  /** What it was made from, besides the context: a change of that evicts it from the cache. */
  readonly dependsOn?: NonNullable<Inputs["complete"]["dependsOn"]>;
  /** Kept with the answer, such as the model's name. */
  readonly metadata?: NonNullable<Inputs["complete"]["metadata"]>;
}

/** How a turn is begun. */
export interface OpenTurnOptions {
  /**
   * How long Keepsake may take to begin the turn, and again to save the answer, milliseconds; the client's
   * `turnTimeoutMs` unless named. The input's `joinMs` is added to the beginning.
   */
  readonly timeoutMs?: number;
  /** Gives the turn up. */
  readonly signal?: AbortSignal;
}

/** How a turn is taken. */
export interface TurnOptions extends OpenTurnOptions, AnswerOptions {}

/** One thing a person said, answered. */
export interface Turn {
  /** What feedback and corrections point at. */
  readonly interactionId: string;
  /** The whole answer. */
  readonly text: string;
  /** The answer of before that this is; null when it was made now. */
  readonly cached: RepeatedAnswer | null;
  /** Whether it was made for an equal question that was under way in this process. */
  readonly shared: boolean;
  /** Whether the reader of a stream left before its end; `text` is then what was read. */
  readonly aborted: boolean;
  /** What it had to do without; empty when all went well. */
  readonly degraded: readonly TurnDegraded[];
  /** Why Keepsake could not be used, for `errorReason` to read; null when it could. */
  readonly failure: unknown;
  /** Never rejects. The answer does not wait for it. */
  readonly saved: Promise<TurnSaved>;
}

/** An answer in pieces, as they come. Leaving the loop gives the turn up; what was read is kept. */
export interface TurnStream extends AsyncIterable<string> {
  /** The whole, once the answer has ended. It needs no reader, and rejects as the reading does. */
  readonly turn: Promise<Turn>;
}

/** A turn that has begun, for answers that are not made in one function. End it with `complete` or `abandon`, once. */
export interface OpenTurn {
  readonly interactionId: string;
  /** The answer of before, if there is one: give it, and complete the turn with its text. */
  readonly cached: RepeatedAnswer | null;
  readonly context: TurnContext;
  readonly degraded: readonly TurnDegraded[];
  readonly failure: unknown;
  /** Keeps the answer. Never rejects; a later ending changes nothing and tells the first one's. */
  complete(text: string, options?: AnswerOptions): Promise<TurnSaved>;
  /** Keeps what the person said, and the part of the answer that was given, marked `{ aborted: true }`. */
  abandon(given?: string): Promise<TurnSaved>;
}

/** Takes turns. Rejects with `generate`'s own error or the caller's abort, and for nothing that Keepsake does. */
export interface TakeTurn {
  /** Begins, asks `generate` unless an answer of before will do, and saves: the answer as a whole. */
  (input: TurnInput, generate: Generate, options?: TurnOptions): Promise<Turn>;
  /** The same, and the pieces of the answer pass through while they come. */
  stream(input: TurnInput, generate: Generate, options?: TurnOptions): TurnStream;
  /** Begins a turn that the caller ends; for adapters. Rejects for the caller's abort alone. */
  open(input: TurnInput, options?: OpenTurnOptions): Promise<OpenTurn>;
}
