import type { ProcedureMeta } from "@keepsake/contract";
import { initTRPC, type TRPCError } from "@trpc/server";
import { assertMayCall } from "./auth.ts";
import type { RequestContext } from "./context.ts";
import { transformer } from "./wire.ts";
import { toWireError } from "./wire-error.ts";

const requests = new WeakMap<TRPCError, string>();

/** Tells of which request an error is: one that came before its context was made knows by nothing else. */
export function nameRequest(error: TRPCError, requestId: string): void {
  requests.set(error, requestId);
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer,
    // Stacks never leave the server, whatever NODE_ENV says.
    isDev: false,
    errorFormatter: ({ error, ctx, path }) => toWireError(error, ctx?.requestId ?? requests.get(error) ?? null, path),
  });

/** Around everything else, the checks of input among it, so that refusals are counted too. */
const counted = t.middleware(async ({ path, ctx: { services }, next }) => {
  const startedMs = performance.now();
  const result = await next();
  const status = result.ok ? 200 : toWireError(result.error, null).data.httpStatus;
  services.metrics.countCall(path, status, (performance.now() - startedMs) / 1000);
  return result;
});

/** Before the input is read: who may not call learns nothing of what is asked for. */
const allowed = t.middleware(({ ctx, meta, next }) => {
  assertMayCall(ctx.caller, meta);
  return next();
});

/** A database that is slow, away or silent is told in time. */
const limited = t.middleware(({ ctx: { services }, next }) => services.limitCall(() => next()));

export const procedure = t.procedure.use(counted).use(allowed).use(limited);
export const createRouter = t.router;
export const createCallerFactory = t.createCallerFactory;
