import type { ZodOpenApiPathsObject } from "zod-openapi";
import { exampleOf } from "../../apps/api/src/rest/examples/examples.ts";
import { listTwins, type Twin } from "../../apps/api/src/rest/twins.ts";
import { type Doc, DocComments } from "./doc-comments.ts";
import { type ProcedureDoc, toPathItem } from "./operations.ts";

/** Every procedure's address, described by its doc comment and its example. */
export function describePaths(): ZodOpenApiPathsObject {
  const comments = new DocComments("apps/api/src/*/*routes.ts");
  return Object.fromEntries(listTwins().map((twin) => [twin.url, toPathItem(twin, docOf(twin, comments))]));
}

/** What is streamed over REST has a comment of its own. */
function docOf({ slice, name, path, output }: Twin, comments: DocComments): ProcedureDoc {
  const slices: Doc | undefined = output
    ? comments.of(`${slice}Routes`)
    : comments.of("streamedRoutes").fields.get(slice);
  const text = slices?.fields.get(name)?.text;
  if (!text) throw new Error(`${path} has no doc comment in its routes.`);
  return { text, example: exampleOf(path) };
}
