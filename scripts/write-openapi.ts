import { readFile, writeFile } from "node:fs/promises";
import { createDocument } from "zod-openapi";
import { bearer, info, tags, userParameter } from "./openapi/about.ts";
import { sharedResponses } from "./openapi/error-responses.ts";
import { describePaths } from "./openapi/paths.ts";
import { override, registerContract } from "./openapi/schema-docs.ts";

// Writes apps/api/openapi.json, which the server gives out as it is: it never looks at a schema to describe it. With
// --check it only compares, so that a changed document shows in a diff and never by accident.

const TARGET = new URL("../apps/api/openapi.json", import.meta.url);

registerContract();
const document = createDocument(
  {
    openapi: "3.1.1",
    info,
    // Either nothing or the token: which, the server's configuration tells.
    security: [{}, { token: [] }],
    tags,
    paths: describePaths(),
    components: {
      parameters: { user: userParameter },
      responses: sharedResponses(),
      securitySchemes: { token: bearer },
    },
  },
  { override, allowEmptySchema: { custom: true, unknown: true } },
);
const text = `${JSON.stringify(document, null, 2)}\n`;

if (process.argv.includes("--check")) {
  const committed = await readFile(TARGET, "utf8").catch(() => "");
  if (committed !== text) {
    console.error("apps/api/openapi.json does not fit the routes: run `pnpm openapi:write` and look at the diff.");
    process.exitCode = 1;
  }
} else await writeFile(TARGET, text);
