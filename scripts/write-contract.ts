import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { routes } from "../apps/api/src/routes.ts";
import { CONTRACT_VERSION } from "../packages/contract/src/index.ts";

// Writes packages/contract/contract.json: the JSON Schema of every procedure. With --check it only compares, so that a
// changed wire shows in a diff and never by accident.

const TARGET = new URL("../packages/contract/contract.json", import.meta.url);

/** What a procedure's definition holds of its schemas. */
interface Definition {
  readonly type: string;
  readonly inputs: readonly z.ZodType[];
  readonly output?: z.ZodType;
}

/** Dates travel as ISO 8601 text in JSON. */
function override({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  if (zodSchema._zod.def.type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
}

function toSchema(schema: z.ZodType | undefined, io: "input" | "output") {
  return schema ? z.toJSONSchema(schema, { io, unrepresentable: "any", override }) : {};
}

function describe({ type, inputs, output }: Definition) {
  return { type, input: toSchema(inputs[0], "input"), output: toSchema(output, "output") };
}

const procedures = Object.entries(routes).flatMap(([slice, record]) =>
  Object.entries(record).map(([name, procedure]) => {
    const definition = (procedure as unknown as { _def: Definition })._def;
    return [`${slice}.${name}`, describe(definition)] as const;
  }),
);
const text = `${JSON.stringify({ contractVersion: CONTRACT_VERSION, procedures: Object.fromEntries(procedures) }, null, 2)}\n`;

if (process.argv.includes("--check")) {
  const committed = await readFile(TARGET, "utf8").catch(() => "");
  if (committed !== text) {
    console.error(
      "packages/contract/contract.json does not fit the routes: run `pnpm contract:write` and look at the diff.",
    );
    process.exitCode = 1;
  }
} else await writeFile(TARGET, text);
