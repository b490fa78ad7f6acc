import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi";
import type { Example } from "../../apps/api/src/rest/examples/example.ts";
import { bareSchema, fieldsOf } from "../../apps/api/src/rest/schema-fields.ts";
import type { Method, Twin } from "../../apps/api/src/rest/twins.ts";
import { type ErrorReason, isErrorReason } from "../../packages/contract/src/index.ts";
import { errorResponses } from "./error-responses.ts";
import { queryFields } from "./query-parameters.ts";
import { schemaDoc } from "./schema-docs.ts";

/** What the document tells of a procedure besides its schemas. */
export interface ProcedureDoc {
  /** The procedure's doc comment. */
  readonly text: string;
  readonly example: Example;
}

/** Any call may fail in one of these ways. */
const COMMON_REASONS: readonly ErrorReason[] = [
  "INVALID_INPUT",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "INTERNAL",
  "DATABASE_UNAVAILABLE",
];

/** One address of the document, with an operation for each of its methods. */
export function toPathItem(twin: Twin, doc: ProcedureDoc): ZodOpenApiPathsObject[string] {
  const methods = twin.methods.filter((method) => method !== "HEAD");
  const operations = methods.map((method, at) => [method.toLowerCase(), toOperation(twin, doc, method, at === 0)]);
  return Object.fromEntries(operations);
}

function toOperation(twin: Twin, doc: ProcedureDoc, method: Method, isFirst: boolean): ZodOpenApiOperationObject {
  const id = `${twin.slice}${capitalize(twin.name)}${isFirst ? "" : `By${capitalize(method.toLowerCase())}`}`;
  const reasons = [...new Set([...COMMON_REASONS, ...inputReasons(twin, method), ...namedReasons(doc.text)])];
  return {
    operationId: id,
    tags: [twin.slice],
    summary: isFirst ? toSummary(doc.text) : `${toSummary(doc.text)} (by ${method})`,
    description: doc.text,
    parameters: [{ $ref: "#/components/parameters/user" }],
    ...(method === "POST"
      ? { requestBody: toBody(twin, doc.example) }
      : { requestParams: { query: queryFields(twin.input, doc.example.input) } }),
    responses: { "200": toAnswer(twin, doc.example), ...errorResponses(reasons, twin.path) },
  };
}

const capitalize = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

const SUMMARY_CHARS_MAX = 100;

/** The first sentence without its full stop, or what stands before its first comma where it is long. */
function toSummary(text: string): string {
  const sentence = (/^.*?(?=[.:;](\s|$))/s.exec(text)?.[0] ?? text).replaceAll("`", "");
  return sentence.length <= SUMMARY_CHARS_MAX ? sentence : sentence.replace(/,.*$/s, "");
}

/** The reasons that a doc comment names in backticks. */
function namedReasons(text: string): ErrorReason[] {
  return [...text.matchAll(/`([A-Z_]+)`/g)].map(([, word]) => word).filter(isErrorReason);
}

function inputReasons({ input }: Twin, method: Method): ErrorReason[] {
  const reasons: ErrorReason[] = method === "POST" ? ["TOO_LARGE", "UNSUPPORTED_MEDIA"] : [];
  return fieldsOf(input).has("idempotencyKey") ? [...reasons, "IDEMPOTENCY_MISMATCH"] : reasons;
}

function toBody({ input }: Twin, { input: example }: Example) {
  const isRequired = !input.safeParse(undefined).success && !input.safeParse({}).success;
  return {
    required: isRequired,
    content: { "application/json": { schema: bareSchema(input) as unknown as z.ZodType, example } },
  };
}

function toAnswer({ output }: Twin, { output: example }: Example) {
  if (!output)
    return {
      description: "One JSON object a line.",
      content: { "application/x-ndjson": { schema: z.string(), example } },
    };
  const description = schemaDoc(output) ?? "Done.";
  return { description, content: { "application/json": { schema: output, example } } };
}
