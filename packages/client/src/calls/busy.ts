import { TRPCClientError } from "@trpc/client";

/** Too many calls; a gateway without its server; busy, or without its database; a model that took too long. */
const PASSING: readonly unknown[] = [429, 502, 503, 504];

/** What is asked for beyond a day is a day: no call waits so long, and timers take no more than 24 of them. */
const ASKED_PAUSE_MS_MAX = 86_400_000;

/** An answer of a proxy or of another server: no JSON, and no success. */
class ForeignAnswerError extends Error {
  override readonly name = "ForeignAnswerError";
  readonly status: number;
  readonly headers: Headers;

  constructor({ status, headers }: Response) {
    super(`What answered is no Keepsake: status ${status}.`);
    this.status = status;
    this.headers = headers;
  }
}

/** @throws ForeignAnswerError in place of what nobody could read */
export function assertReadable(answer: Response): Response {
  if (answer.ok || answer.headers.get("content-type")?.includes("json")) return answer;
  // Its body holds the connection until it is read.
  void answer.body?.cancel().catch(() => {});
  throw new ForeignAnswerError(answer);
}

/** Whether the same call may go well in a moment: nobody was there, the answer broke off, or the server is busy. */
export function isPassingFault(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return false;
  const status: unknown = error.data?.httpStatus;
  if (status !== undefined) return PASSING.includes(status);
  const { cause } = error;
  // What `fetch` throws when there is no connection, or none any more.
  return cause instanceof ForeignAnswerError ? PASSING.includes(cause.status) : cause instanceof TypeError;
}

/** How long the server asks to be left alone (`Retry-After`), milliseconds up to a day; 0 when it does not say. */
export function askedPauseMs(error: unknown, nowMs: number): number {
  const said = headersOf(error)?.get("retry-after");
  if (said === null || said === undefined) return 0;
  const seconds = Number(said);
  const ms = Number.isNaN(seconds) ? Date.parse(said) - nowMs : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), ASKED_PAUSE_MS_MAX);
}

function headersOf(error: unknown): Headers | null {
  if (!(error instanceof TRPCClientError)) return null;
  if (error.cause instanceof ForeignAnswerError) return error.cause.headers;
  const response: unknown = error.meta?.["response"];
  return response instanceof Response ? response.headers : null;
}
