import { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { appRouter } from "../app-router.ts";
import { type RequestContext, toContext } from "../platform/context.ts";
import type { Services } from "../platform/services.ts";
import { createCallerFactory } from "../platform/trpc.ts";
import { readInput } from "./read-input.ts";
import { listTwins, type Method, type Twin } from "./twins.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The procedure that a route calls, such as `memory.add`; errors and the log name it. */
    procedure?: string;
  }
}

const createCaller = createCallerFactory(appRouter);

/**
 * REST: every procedure at `/<slice>/<procedure>`, called through tRPC's own caller, so that middleware, validation and
 * errors are the same. Inputs and answers are plain JSON, times ISO 8601 text.
 */
export function addRestEndpoints(server: FastifyInstance, services: Services): void {
  for (const twin of listTwins()) {
    server.all(twin.url, { config: { procedure: twin.path } }, (request, reply) =>
      answer(twin, request, reply, services),
    );
  }
}

async function answer(twin: Twin, request: FastifyRequest, reply: FastifyReply, services: Services): Promise<unknown> {
  const allowed = [...twin.methods, "OPTIONS"].join(", ");
  if (request.method === "OPTIONS") return reply.status(204).header("allow", allowed).send();
  if (!twin.methods.includes(request.method as Method)) {
    reply.header("allow", allowed);
    throw new TRPCError({ code: "METHOD_NOT_SUPPORTED" });
  }
  const startedMs = performance.now();
  const output = await call(twin, readInput(request, twin.input), toContext(request, services));
  const ms = Math.round(performance.now() - startedMs);
  services.logger.debug({ requestId: request.id, path: twin.path, status: reply.statusCode, ms }, "call");
  return reply.send(output);
}

/** The caller is typed by its router; which procedure it is, only the address tells. */
type UntypedCaller = Record<string, Record<string, (input: unknown) => Promise<unknown>>>;

async function call({ slice, name }: Twin, input: unknown, context: RequestContext): Promise<unknown> {
  const caller = createCaller(context) as unknown as UntypedCaller;
  return caller[slice]?.[name]?.(input);
}
