import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { DomainError } from "../platform/domain-error.ts";
import { toSentence } from "../platform/input-issues.ts";
import { assertSafeKeys } from "../platform/json-guard.ts";
import { byFieldName } from "./field-names.ts";
import { decodeQuery } from "./query-string.ts";

/**
 * The input of a REST call, not yet checked by its schema: the JSON body of a POST, the query string of anything else.
 * An input in the other place is refused; to overlook it would be worse.
 *
 * @throws DomainError `INVALID_INPUT`
 */
export function readInput(request: FastifyRequest, schema: z.core.$ZodType): unknown {
  const search = request.url.split("?").slice(1).join("?");
  if (request.method === "POST") {
    if (search !== "")
      throw new DomainError("INVALID_INPUT", "A POST takes its input as a JSON body, not in the address.");
    return readBody(request.body, schema);
  }
  if (hasBody(request)) {
    throw new DomainError("INVALID_INPUT", `A ${request.method} takes its input in the address, not as a body.`);
  }
  return decodeQuery(schema, search);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** No body is an empty object. Types are taken as JSON has them: `"7"` is no number. */
function readBody(body: unknown, schema: z.core.$ZodType): unknown {
  if (typeof body !== "string" || body.trim() === "") return {};
  const value = parseJson(body);
  assertSafeKeys(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { fields, issues } = byFieldName(schema, Object.entries(value));
  if (issues.length > 0) throw new DomainError("INVALID_INPUT", toSentence(issues), { issues });
  return Object.fromEntries(fields);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError("INVALID_INPUT", "The body is not valid JSON.", { cause });
  }
}
