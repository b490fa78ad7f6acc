import { BODY_BYTES_MAX, type WireErrorShape } from "@keepsake/contract";
import { TRPCError } from "@trpc/server";
import { DomainError } from "./domain-error.ts";
import { toWireError } from "./wire-error.ts";

/** What Fastify itself refuses, by its codes. */
const KNOWN: Record<string, () => DomainError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new DomainError("TOO_LARGE", `The body is over ${BODY_BYTES_MAX} bytes: split it into several calls.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new DomainError("UNSUPPORTED_MEDIA", 'Send the body as JSON, with "Content-Type: application/json".'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new DomainError("INVALID_INPUT", "The body is not as long as its Content-Length says."),
};

/**
 * A failure outside of tRPC's own answers, in the form that all errors have.
 *
 * @param path the procedure that was called, where one was
 */
export function toHttpFailure(error: unknown, requestId: string, path?: string): WireErrorShape {
  return toWireError(toTrpcError(error), requestId, path);
}

function toTrpcError(error: unknown): TRPCError {
  if (error instanceof TRPCError) return error;
  if (error instanceof DomainError) return wrap(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = KNOWN[code];
  if (known) return wrap(known());
  if (isCallersMistake(error))
    return wrap(new DomainError("INVALID_INPUT", "The request is not valid HTTP.", { cause: error }));
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error });
}

const wrap = (cause: DomainError) => new TRPCError({ code: "BAD_REQUEST", message: cause.message, cause });

function isCallersMistake(error: unknown): boolean {
  if (!(error instanceof Error) || !("statusCode" in error)) return false;
  return typeof error.statusCode === "number" && error.statusCode >= 400 && error.statusCode < 500;
}
