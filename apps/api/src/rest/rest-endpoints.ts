import { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type RequestContext, toContext } from "../platform/context.ts";
import { hasReplayed, REPLAYED_HEADER } from "../platform/replays.ts";
import type { Services } from "../platform/services.ts";
import { createCallerFactory, createRouter } from "../platform/trpc.ts";
import { readInput } from "./read-input.ts";
import { StreamedAnswer, sendStream } from "./streamed-answer.ts";
import { listTwins, type Method, restRoutes, type Twin } from "./twins.ts";

const createCaller = createCallerFactory(createRouter(restRoutes));

/**
 * REST: every procedure at `/<slice>/<procedure>`, called through tRPC's own caller, so that middleware, validation and
 * errors are the same. Inputs and answers are plain JSON, times ISO 8601 text.
 */
export function addRestEndpoints(server: FastifyInstance, services: Services): void {
  const closing = new AbortController();
  // A stream may have minutes to go: it breaks off, and its reader begins again elsewhere.
  server.addHook("preClose", async () => closing.abort());
  for (const twin of listTwins()) {
    const config = { procedure: twin.path, isExport: twin.output === null };
    server.all(twin.url, { config }, (request, reply) => answer(twin, request, reply, services, closing.signal));
  }
}

async function answer(
  twin: Twin,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  signal: AbortSignal,
): Promise<FastifyReply> {
  const allowed = [...twin.methods, "OPTIONS"].join(", ");
  if (request.method === "OPTIONS") return reply.status(204).header("allow", allowed).send();
  if (!twin.methods.includes(request.method as Method)) {
    reply.header("allow", allowed);
    throw new TRPCError({ code: "METHOD_NOT_SUPPORTED" });
  }
  const startedMs = performance.now();
  const context = toContext(request, services);
  const output = await call(twin, readInput(request, twin.input), context);
  if (hasReplayed(context.actor)) reply.header(REPLAYED_HEADER, "true");
  const line = { requestId: request.id, path: twin.path };
  const ms = Math.round(performance.now() - startedMs);
  services.logger.debug({ ...line, status: reply.statusCode, ms }, "call");
  if (!(output instanceof StreamedAnswer)) return reply.send(output);
  const onFailure = (error: unknown) =>
    services.failures.tellOfWork(error, "a stream broke off", { ...line, isLost: true });
  const assertAdmitted = async () => request.assertStillAdmitted?.();
  return sendStream(reply, output, { signal, assertAdmitted, onFailure });
}

/** The caller is typed by its router; which procedure it is, only the address tells. */
type UntypedCaller = Record<string, Record<string, (input: unknown) => Promise<unknown>>>;

async function call({ slice, name }: Twin, input: unknown, context: RequestContext): Promise<unknown> {
  const caller = createCaller(context) as unknown as UntypedCaller;
  return caller[slice]?.[name]?.(input);
}
