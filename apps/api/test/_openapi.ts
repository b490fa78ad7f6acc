import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** The parts of an OpenAPI document that the tests look at. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly responses: Record<string, OpenApiResponse> };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters?: readonly { readonly name?: string; readonly example?: unknown; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, MediaType> };
  readonly responses: Record<string, OpenApiResponse>;
}

interface OpenApiResponse {
  readonly $ref?: string;
  readonly content?: Record<string, MediaType>;
}

interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

/** What is wrong with a value by one of the document's schemas; null when it fits. */
export type FindFault = (schema: object, value: unknown) => string | null;

/** Checks values by the document's JSON Schemas, as a reader in another language would: no zod takes part. */
export function schemaChecker(document: OpenApiDocument): FindFault {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  ajv.addSchema(document, "openapi.json");
  const compiled = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi.json#/components/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
}

/** A response, also where the document only points at it. */
export function responseOf(document: OpenApiDocument, operation: Operation, status: string): OpenApiResponse {
  const response = operation.responses[status] ?? {};
  const name = response.$ref?.split("/").at(-1);
  return name === undefined ? response : (document.components.responses[name] ?? {});
}
