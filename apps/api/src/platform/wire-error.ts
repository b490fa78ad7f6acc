import { BATCH_CALLS_MAX, type ErrorReason, type InputIssue, type WireErrorShape } from "@keepsake/contract";
import type { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { ZodError } from "zod";
import { toDatabaseFailure } from "./database-failure.ts";
import { DomainError } from "./domain-error.ts";
import { clipIssues, toInputIssues, toSentence } from "./input-issues.ts";

/** A new reason without a code does not compile. */
const CODE_OF_REASON = {
  INVALID_INPUT: "BAD_REQUEST",
  PROCEDURE_NOT_FOUND: "NOT_FOUND",
  UNAUTHORIZED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  MEMORY_NOT_FOUND: "NOT_FOUND",
  PREFERENCE_NOT_FOUND: "NOT_FOUND",
  EXAMPLE_NOT_FOUND: "NOT_FOUND",
  INTERACTION_NOT_FOUND: "NOT_FOUND",
  VERSION_CONFLICT: "CONFLICT",
  CONTENT_EXISTS: "CONFLICT",
  IDEMPOTENCY_MISMATCH: "CONFLICT",
  CAPACITY_REACHED: "PRECONDITION_FAILED",
  CLIENT_INCOMPATIBLE: "PRECONDITION_FAILED",
  EMBEDDING_DIMENSION_MISMATCH: "BAD_REQUEST",
  EMBEDDING_MODEL_CHANGED: "PRECONDITION_FAILED",
  EMBEDDER_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  EMBEDDER_TIMEOUT: "GATEWAY_TIMEOUT",
  TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA: "UNSUPPORTED_MEDIA_TYPE",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  OVERLOADED: "SERVICE_UNAVAILABLE",
  STORAGE_FULL: "SERVICE_UNAVAILABLE",
  DATABASE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  INTERNAL: "INTERNAL_SERVER_ERROR",
  EXPORT_NOT_FOUND: "NOT_FOUND",
  EXPORT_NOT_COMPLETE: "CONFLICT",
  TRUST_TOO_LOW: "CONFLICT",
  TOKEN_NOT_FOUND: "NOT_FOUND",
  USER_BEING_ERASED: "CONFLICT",
} satisfies Record<ErrorReason, TRPC_ERROR_CODE_KEY>;

/** Characters of an error's sentence, which may name a caller's key. */
const MESSAGE_CHARS_MAX = 1_000;

/** When a call may be sent again that failed by no fault of its own, seconds; a failure may know better. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorReason, number>> = {
  RATE_LIMITED: 1,
  OVERLOADED: 1,
  DATABASE_UNAVAILABLE: 1,
  EMBEDDER_UNAVAILABLE: 10,
  STORAGE_FULL: 60,
};

/** Reasons of the errors that tRPC itself raises before or around a procedure. */
const REASON_OF_CODE: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorReason>> = {
  BAD_REQUEST: "INVALID_INPUT",
  PARSE_ERROR: "INVALID_INPUT",
  METHOD_NOT_SUPPORTED: "INVALID_INPUT",
  NOT_FOUND: "PROCEDURE_NOT_FOUND",
  PAYLOAD_TOO_LARGE: "TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA",
};

interface Failure {
  code: TRPC_ERROR_CODE_KEY;
  reason: ErrorReason;
  message: string;
  issues?: InputIssue[] | undefined;
  retryAfterSeconds?: number | undefined;
}

function fromDomain({ reason, message, issues, retryAfterSeconds }: DomainError): Failure {
  const told = { message: message.slice(0, MESSAGE_CHARS_MAX), issues: issues && clipIssues(issues) };
  return { code: CODE_OF_REASON[reason], reason, ...told, retryAfterSeconds };
}

function fromInput(cause: ZodError): Failure {
  const issues = toInputIssues(cause);
  return { code: "BAD_REQUEST", reason: "INVALID_INPUT", message: toSentence(issues), issues };
}

/** Whether this is a failure that nobody foresaw, whose text stays inside. */
function isInner(error: TRPCError): boolean {
  return REASON_OF_CODE[error.code] === undefined;
}

/** What tRPC found wrong, in our words: its own quote the parser, and tell no way out. */
function toSentenceOfCode({ code, message, cause }: TRPCError): string {
  if (code === "NOT_FOUND") return "There is no such procedure: packages/contract/contract.json lists them all.";
  if (code === "METHOD_NOT_SUPPORTED") return "Procedures that write are called by POST, the others by GET or POST.";
  if (message.startsWith("Batch call exceeds")) return `A batch holds at most ${BATCH_CALLS_MAX} calls: split it.`;
  if (message.startsWith("Cannot mix")) return "A batch holds calls that read, or calls that write: send two.";
  if (cause instanceof SyntaxError) return "The input is not valid JSON.";
  return code === "BAD_REQUEST" || code === "PARSE_ERROR" ? "The call is not in tRPC's form." : message;
}

function toFailure(error: TRPCError, requestId: string | null): Failure {
  if (error.cause instanceof DomainError) return fromDomain(error.cause);
  if (error.code === "BAD_REQUEST" && error.cause instanceof ZodError) return fromInput(error.cause);
  const databaseFailure = toDatabaseFailure(error.cause);
  if (databaseFailure) return fromDomain(databaseFailure);
  const reason = REASON_OF_CODE[error.code] ?? "INTERNAL";
  if (!isInner(error)) return { code: error.code, reason, message: toSentenceOfCode(error) };
  return {
    code: "INTERNAL_SERVER_ERROR",
    reason,
    message: `Something failed inside the server. Its log tells more under the request id ${requestId ?? "(none)"}.`,
  };
}

/**
 * The one place where failures become answers: expected ones with their reason, a caller's mistake with its fields,
 * anything else as a constant sentence and a request id.
 */
export function toWireError(error: TRPCError, requestId: string | null, path?: string): WireErrorShape {
  const { code, reason, message, issues, retryAfterSeconds } = toFailure(error, requestId);
  const retryAfter = retryAfterSeconds ?? RETRY_AFTER_SECONDS[reason];
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: {
      code,
      httpStatus: getHTTPStatusCodeFromError({ code } as TRPCError),
      reason,
      requestId,
      ...(path !== undefined && { path }),
      ...(issues && { issues }),
      ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
    },
  };
}
