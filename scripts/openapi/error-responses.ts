import { z } from "zod";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { DomainError } from "../../apps/api/src/platform/domain-error.ts";
import { toHttpFailure } from "../../apps/api/src/platform/http-failure.ts";
import { ERROR_REASONS, type ErrorReason, type WireErrorShape } from "../../packages/contract/src/index.ts";
import { REASON_MEANINGS } from "./reasons.ts";

const REQUEST_ID = "01a20866-08d5-4399-8fc6-0aaa401347f6";

/** Every error's body, as `WireErrorShape` has it. */
const WireError: z.ZodType<{ error: WireErrorShape }> = z
  .object({
    error: z.object({
      message: z.string().describe("A sentence: what was wrong and what to do."),
      code: z.int().describe("JSON-RPC's number of the error."),
      data: z.object({
        code: z.string().describe("tRPC's code of the error, such as `NOT_FOUND`."),
        httpStatus: z.int(),
        reason: z.enum(ERROR_REASONS).describe("Why, in a word that a program can act on."),
        requestId: z.string().nullable().describe("Names the call in the server's log."),
        path: z.string().exactOptional().describe("The procedure, such as `memory.add`."),
        issues: z
          .array(z.object({ path: z.string(), message: z.string() }))
          .exactOptional()
          .describe("For `INVALID_INPUT`: every fault with its field."),
        retryAfterSeconds: z.int().exactOptional().describe("When the same call may go well; also in `Retry-After`."),
      }),
    }),
  })
  .meta({ id: "Error", description: "What went wrong, in the form that all errors have." });

/** Reasons whose answer looks alike wherever it comes from: described once, as a component of that name. */
const SHARED: readonly ErrorReason[] = [
  "INVALID_INPUT",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "IDEMPOTENCY_MISMATCH",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA",
  "INTERNAL",
  "DATABASE_UNAVAILABLE",
];

/** The components that {@link errorResponses} points to. */
export function sharedResponses(): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(SHARED.map((reason) => [reason, toResponse([toExample(reason)])]));
}

/** An answer for every status that one of the reasons has, with an example of each reason. */
export function errorResponses(reasons: readonly ErrorReason[], path: string): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(reasons, (reason) => String(toExample(reason).value.error.data.httpStatus));
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      toSharedResponse(group) ?? toResponse(group.map((reason) => toExample(reason, path))),
    ]),
  );
}

function toSharedResponse([reason, ...more]: readonly ErrorReason[]) {
  const isShared = reason !== undefined && more.length === 0 && SHARED.includes(reason);
  return isShared ? { $ref: `#/components/responses/${reason}` as const } : null;
}

interface ErrorExample {
  readonly reason: ErrorReason;
  readonly value: { readonly error: WireErrorShape };
}

function toResponse(group: readonly ErrorExample[]): ZodOpenApiResponseObject {
  const examples = Object.fromEntries(group.map(({ reason, value }) => [reason, { value }]));
  const description = group.map(({ reason }) => `\`${reason}\`: ${REASON_MEANINGS[reason]}`).join("\n\n");
  return { description, content: { "application/json": { schema: WireError, examples } } };
}

/** The very error that the server would answer. */
function toExample(reason: ErrorReason, path?: string): ErrorExample {
  const isInput = reason === "INVALID_INPUT";
  const message = isInput ? '"colour" is not a field of this call.' : REASON_MEANINGS[reason];
  const issues = [{ path: "colour", message: "is not a field of this call" }];
  const error = toHttpFailure(new DomainError(reason, message, isInput ? { issues } : {}), REQUEST_ID, path);
  return { reason, value: { error } };
}
