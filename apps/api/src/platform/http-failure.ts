import { BODY_BYTES_MAX, type ErrorReason, type WireErrorShape } from "@keepsake/contract";
import { TRPCError } from "@trpc/server";
import { DomainError } from "./domain-error.ts";
import { toWireError } from "./wire-error.ts";

/** A failure for which HTTP has a status of its own that tRPC has no code for, such as 414. */
export class HttpFault extends DomainError {
  readonly httpStatus: number;

  constructor(httpStatus: number, reason: ErrorReason, message: string) {
    super(reason, message);
    this.httpStatus = httpStatus;
  }
}

/** What Fastify itself refuses, by its codes. */
const KNOWN: Record<string, () => DomainError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new DomainError("TOO_LARGE", `The body is over ${BODY_BYTES_MAX} bytes: split it into several calls.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new DomainError("UNSUPPORTED_MEDIA", 'Send the body as JSON, with "Content-Type: application/json".'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new DomainError("INVALID_INPUT", "The body is not as long as its Content-Length says."),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new HttpFault(414, "TOO_LARGE", "The address is too long: send fewer calls in one batch."),
};

/**
 * A failure outside of tRPC's own answers, in the form that all errors have.
 *
 * @param path the procedure that was called, where one was
 */
export function toHttpFailure(error: unknown, requestId: string, path?: string): WireErrorShape {
  const known = toKnown(error);
  const shape = toWireError(toTrpcError(known), requestId, path);
  if (known instanceof HttpFault) shape.data.httpStatus = known.httpStatus;
  return shape;
}

function toKnown(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return KNOWN[code]?.() ?? error;
}

function toTrpcError(error: unknown): TRPCError {
  if (error instanceof TRPCError) return error;
  if (error instanceof DomainError) return wrap(error);
  if (isCallersMistake(error))
    return wrap(new DomainError("INVALID_INPUT", "The request is not valid HTTP.", { cause: error }));
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error });
}

const wrap = (cause: DomainError) => new TRPCError({ code: "BAD_REQUEST", message: cause.message, cause });

function isCallersMistake(error: unknown): boolean {
  if (!(error instanceof Error) || !("statusCode" in error)) return false;
  return typeof error.statusCode === "number" && error.statusCode >= 400 && error.statusCode < 500;
}
