import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterInputs } from "@trpc/server";

/** `conversation.begin`'s input as it was, or would have been, sent. */
export type BeginInput = inferRouterInputs<AppRouter>["conversation"]["begin"] & {
  readonly interactionId: string;
  readonly idempotencyKey: string;
};

type AnswerMetadata = NonNullable<inferRouterInputs<AppRouter>["conversation"]["complete"]["metadata"]>;

/** A turn, or its second half, that Keepsake does not have yet. It is kept as JSON. */
export interface LateTurn {
  readonly begin: BeginInput;
  /** When the person spoke, ISO 8601. */
  readonly saidAt: string;
  /** Whether Keepsake has said that it has the person's words. */
  readonly isBegun: boolean;
  /** Null when there was none. */
  readonly answer: LateAnswer | null;
}

/** An answer that comes late. It is never cached: what it was made from may have changed. */
export interface LateAnswer {
  readonly text: string;
  /** When it was there, ISO 8601. */
  readonly answeredAt: string;
  readonly metadata?: AnswerMetadata;
}

/** A turn that will not be kept, and why. */
export interface DroppedTurn {
  /**
   * `full`: the queue's limit. `refused`: Keepsake does not take it, such as for a session id that is none. `unwritable`:
   * the folder cannot be written. `damaged`: its file cannot be read.
   */
  readonly reason: "full" | "refused" | "unwritable" | "damaged";
  readonly sessionId: string | null;
  readonly interactionId: string | null;
  /** The person's words, where they were not in Keepsake already. */
  readonly said: string | null;
  readonly answer: string | null;
  /** Where the turn lies for a person to look at; null when it lies nowhere. */
  readonly file: string | null;
  /** The failure behind it, where there is one. */
  readonly cause: unknown;
}

/** The key that makes sending an answer twice harmless, in `conversation.complete` or later. */
export const answerKeyOf = (begin: BeginInput): string => `${begin.idempotencyKey}-answer`;

/** A turn for those who are told that it is dropped. */
export function toDropped(
  turn: LateTurn,
  { reason, file = null, cause = null }: Pick<DroppedTurn, "reason"> & Partial<Pick<DroppedTurn, "file" | "cause">>,
): DroppedTurn {
  const { sessionId, interactionId, text } = turn.begin;
  const said = turn.isBegun ? null : text;
  return { reason, sessionId, interactionId, said, answer: turn.answer?.text ?? null, file, cause };
}

/** Whether a file's JSON is a late turn: a power cut or an editor may have changed it. */
export function isLateTurn(value: unknown): value is LateTurn {
  const { begin, saidAt, isBegun, answer } = toRecord(value);
  const said = toRecord(begin);
  return (
    [said["sessionId"], said["text"], said["interactionId"], said["idempotencyKey"]].every(isText) &&
    isTime(saidAt) &&
    typeof isBegun === "boolean" &&
    (answer === null || (isText(toRecord(answer)["text"]) && isTime(toRecord(answer)["answeredAt"])))
  );
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
