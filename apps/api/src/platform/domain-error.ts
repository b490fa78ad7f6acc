import type { ErrorReason, InputIssue } from "@keepsake/contract";

/** An expected failure, thrown from any depth. It knows no transport; `wire-error.ts` gives it a code and a status. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly reason: ErrorReason;
  readonly issues: InputIssue[] | undefined;

  /**
   * @param message what was wrong and what to do, for the caller; never content, SQL or a path of the machine
   * @param options.issues for `INVALID_INPUT`: each fault with its field
   */
  constructor(reason: ErrorReason, message: string, options: { cause?: unknown; issues?: InputIssue[] } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.issues = options.issues;
  }
}
