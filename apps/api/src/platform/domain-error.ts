import type { ErrorReason, InputIssue } from "@keepsake/contract";

interface DomainErrorOptions {
  readonly cause?: unknown;
  readonly issues?: InputIssue[];
  readonly retryAfterSeconds?: number;
}

/** An expected failure, thrown from any depth. It knows no transport; `wire-error.ts` gives it a code and a status. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly reason: ErrorReason;
  readonly issues: InputIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param message what was wrong and what to do, for the caller; never content, SQL or a path of the machine
   * @param options.issues for `INVALID_INPUT`: each fault with its field
   * @param options.retryAfterSeconds when the same call may go well, where that is known better than by the reason
   */
  constructor(reason: ErrorReason, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.issues = options.issues;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
