import { initTRPC } from "@trpc/server";
import type { RequestContext } from "./context.ts";
import { transformer } from "./wire.ts";
import { toWireError } from "./wire-error.ts";

/** What a procedure declares beside its schemas. Ours, so that a client's types need no library for it. */
export type ProcedureMeta = object;

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
