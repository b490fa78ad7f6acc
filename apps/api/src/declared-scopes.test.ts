import { expect, test } from "vitest";
import { z } from "zod";
import { assertScopesDeclared } from "./platform/declared-scopes.ts";
import { procedure } from "./platform/trpc.ts";
import { restRoutes } from "./rest/twins.ts";
import { routes } from "./routes.ts";

test("every procedure says which scope its caller needs", () => {
  expect(() => assertScopesDeclared(routes)).not.toThrow();
  expect(() => assertScopesDeclared(restRoutes)).not.toThrow();
});

test("one that says nothing is named", () => {
  const silent = procedure.input(z.object({})).query(() => null);
  const spoken = procedure.meta({ scope: "read" }).query(() => null);
  expect(() => assertScopesDeclared({ memory: { silent, spoken } })).toThrow("memory.silent");
});
