import { ERROR_REASONS } from "@keepsake/contract";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listTwins } from "../src/rest/twins.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { type FindFault, type OpenApiDocument, type Operation, responseOf, schemaChecker } from "./_openapi.ts";

let server: TestServer;
let document: OpenApiDocument;
let findFault: FindFault;
beforeAll(async () => {
  server = await startTestServer();
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
  findFault = schemaChecker(document);
});
afterAll(() => server[Symbol.asyncDispose]());

const operations = (): [name: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );

describe("/openapi.json", () => {
  test("is valid OpenAPI 3.1, by a validator that is not ours", async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as object as Record<string, unknown>,
    );
    expect(errors ?? null).toBeNull();
    expect(valid).toBe(true);
    expect(document.openapi).toBe("3.1.1");
  });

  test("points at nothing that is not there", () => {
    for (const [, ref = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = ref.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      expect(target, ref).toBeDefined();
    }
  });

  test("has every procedure, by every method that it answers to, and nothing else", () => {
    const expected = listTwins().flatMap(({ url, methods }) =>
      methods.filter((method) => method !== "HEAD").map((method) => `${method.toLowerCase()} ${url}`),
    );
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(expected.sort());
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("tells of each call what it does, and shows an answer that fits its schema", () => {
    for (const [name, operation] of operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z].{5,120}$/);
      expect(operation.tags, name).toEqual([name.split("/")[1]]);
      for (const media of Object.values(responseOf(document, operation, "200").content ?? {})) {
        expect(findFault(media.schema, media.example), name).toBeNull();
      }
    }
  });

  test("shows inputs that fit their schemas: a body, or a value for each parameter that is required", () => {
    for (const [name, operation] of operations()) {
      const body = operation.requestBody?.content["application/json"];
      if (body) expect(findFault(body.schema, body.example), name).toBeNull();
      for (const parameter of operation.parameters ?? []) {
        if (parameter.required) expect(parameter.example, `${name} ${parameter.name}`).toBeDefined();
      }
    }
  });

  test("shows for each way to fail the error as the server answers it", () => {
    for (const [name, operation] of operations()) {
      expect(Object.keys(operation.responses), name).toEqual(
        expect.arrayContaining(["200", "400", "401", "500", "503"]),
      );
      for (const status of Object.keys(operation.responses).filter((each) => each !== "200")) {
        const media = responseOf(document, operation, status).content?.["application/json"];
        for (const [reason, { value }] of Object.entries(media?.examples ?? {})) {
          expect(ERROR_REASONS).toContain(reason);
          expect(value).toMatchObject({ error: { data: { reason, httpStatus: Number(status) } } });
          expect(findFault(media?.schema ?? {}, value), `${name} ${reason}`).toBeNull();
        }
      }
    }
    const notFound = document.paths["/memory/get"]?.["get"]?.responses["404"];
    expect(Object.keys(notFound?.content?.["application/json"]?.examples ?? {})).toEqual(["MEMORY_NOT_FOUND"]);
  });
});
