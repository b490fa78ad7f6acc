import type { ProcedureMeta } from "@keepsake/contract";
import { initTRPC } from "@trpc/server";
import type { RequestContext } from "./context.ts";
import { transformer } from "./wire.ts";
import { toWireError } from "./wire-error.ts";

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer,
    // Stacks never leave the server, whatever NODE_ENV says.
    isDev: false,
    errorFormatter: ({ error, ctx, path }) => toWireError(error, ctx?.requestId ?? null, path),
  });

export const procedure = t.procedure;
export const createRouter = t.router;
export const createCallerFactory = t.createCallerFactory;
