import type { AnswerOptions, TurnInput } from "@keepsake/client";
import type { CallParams } from "./model-types.ts";

type InputFields =
  | "sessionId"
  | "language"
  | "intent"
  | "cache"
  | "joinMs"
  | "tokenBudget"
  | "preferences"
  | "timeZone";

/** What Keepsake is to know of a call of the model: `providerOptions: { keepsake: { sessionId: "kitchen" } }`. */
export interface KeepsakeCallOptions
  extends Partial<Pick<TurnInput, InputFields>>,
    Pick<AnswerOptions, "cacheable" | "ttlSeconds"> {
  /** Whose memory it is, where the middleware was given `clientOf`. */
  readonly userId?: string;
  /** Calls the model without a memory, such as for a title of the talk. */
  readonly off?: boolean;
}

const INPUT_FIELDS: readonly InputFields[] = [
  "sessionId",
  "language",
  "intent",
  "cache",
  "joinMs",
  "tokenBudget",
  "preferences",
  "timeZone",
];

/** The call's own options before those of the middleware. */
export function readCallOptions(
  params: CallParams,
  describeCall: (params: CallParams) => KeepsakeCallOptions,
): KeepsakeCallOptions {
  // What the call says is JSON; the server judges it like any other input.
  return { ...describeCall(params), ...(params.providerOptions?.["keepsake"] as KeepsakeCallOptions | undefined) };
}

/**
 * What begins the turn.
 *
 * @throws TypeError when nothing names the session
 */
export function toTurnInput(options: KeepsakeCallOptions, { responseFormat }: CallParams, text: string): TurnInput {
  const { sessionId } = options;
  if (sessionId === undefined) {
    throw new TypeError(
      "Name the session: keepsakeMiddleware(client, { sessionId }), or providerOptions.keepsake.sessionId.",
    );
  }
  const named = Object.fromEntries(
    INPUT_FIELDS.flatMap((field) => (field in options ? [[field, options[field]]] : [])),
  );
  // An answer in words, given again, would be no JSON.
  const cache = responseFormat?.type === "json" ? ({ cache: "off" } as const) : {};
  return { ...named, ...cache, sessionId, text };
}
