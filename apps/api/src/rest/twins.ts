import { z } from "zod";
import { routes } from "../routes.ts";
import { streamedRoutes } from "./streamed-routes.ts";

/** HTTP's methods that a twin may answer to. */
export type Method = "GET" | "HEAD" | "POST" | "DELETE";

/** A procedure at an address of its own. */
export interface Twin {
  /** The procedure's path, such as `memory.add`. */
  readonly path: string;
  readonly slice: string;
  readonly name: string;
  /** `/memory/add`: the same words. */
  readonly url: string;
  readonly methods: readonly Method[];
  readonly input: z.ZodType;
  /** Null where the answer is a stream of lines. */
  readonly output: z.ZodType | null;
}

/** Procedures that remove, and are called by DELETE as well. */
const DELETING: readonly string[] = ["cache.clear"];

/** What tRPC keeps of a procedure's declaration. */
interface Definition {
  readonly type: "query" | "mutation" | "subscription";
  readonly inputs: readonly z.ZodType[];
  readonly output?: z.ZodType;
}

/** The procedures as REST has them. */
export const restRoutes = {
  ...routes,
  training: { ...routes.training, ...streamedRoutes.training },
};

/** Every procedure's twin, in the order of the routes. */
export function listTwins(): Twin[] {
  return Object.entries(restRoutes).flatMap(([slice, procedures]) =>
    Object.entries(procedures).map(([name, procedure]) =>
      toTwin(slice, name, (procedure as unknown as { _def: Definition })._def),
    ),
  );
}

/** Reading is a GET, with POST for what should not stand in an address; all else is a POST. */
function toTwin(slice: string, name: string, { type, inputs, output }: Definition): Twin {
  const path = `${slice}.${name}`;
  const methods: Method[] = type === "query" ? ["GET", "POST"] : ["POST"];
  // A stream is made to be read: for its headers alone it would be begun in vain.
  if (type === "query" && output) methods.push("HEAD");
  if (DELETING.includes(path)) methods.push("DELETE");
  return {
    path,
    slice,
    name,
    url: `/${slice}/${name}`,
    methods,
    input: inputs[0] ?? z.strictObject({}),
    output: output ?? null,
  };
}
