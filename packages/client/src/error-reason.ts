import { type ErrorReason, type InputIssue, isErrorReason } from "@keepsake/contract/errors";
import { TRPCClientError } from "@trpc/client";

/**
 * Why a call failed, in a word to act on, or null when no Keepsake answered ({@link isUnreachable}) or the error is none
 * of this client's. A reason that only a newer server knows reads as `INTERNAL`.
 *
 * @example
 * try {
 *   await client.memory.get.query({ id });
 * } catch (error) {
 *   if (errorReason(error) === "MEMORY_NOT_FOUND") return null;
 *   throw error;
 * }
 */
export function errorReason(error: unknown): ErrorReason | null {
  const reason: unknown = errorData(error)?.["reason"];
  if (typeof reason !== "string") return null;
  return isErrorReason(reason) ? reason : "INTERNAL";
}

/** Whether no Keepsake answered: no connection, a time-out, an aborted call, or somebody else's answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TRPCClientError && errorReason(error) === null;
}

/** For `INVALID_INPUT`: every fault with its field; empty for other failures. */
export function inputIssues(error: unknown): readonly InputIssue[] {
  const issues: unknown = errorData(error)?.["issues"];
  return Array.isArray(issues) ? (issues as InputIssue[]) : [];
}

/** The id under which the server's log tells more, or null. */
export function requestId(error: unknown): string | null {
  const id: unknown = errorData(error)?.["requestId"];
  return typeof id === "string" ? id : null;
}

function errorData(error: unknown): Record<string, unknown> | null {
  if (!(error instanceof TRPCClientError)) return null;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : null;
}
