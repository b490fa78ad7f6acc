import { randomUUID } from "node:crypto";
import {
  BATCH_CALLS_MAX,
  BODY_BYTES_MAX,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  KEEPSAKE_VERSION,
  VERSION_HEADER,
} from "@keepsake/contract";
import type { TRPCError } from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { appRouter } from "./app-router.ts";
import type { ServerConfig } from "./config.ts";
import { landingPage } from "./landing-page.ts";
import { assertAuthorized, toActor } from "./platform/auth.ts";
import type { RequestContext } from "./platform/context.ts";
import { describeCause } from "./platform/describe-cause.ts";
import { DomainError } from "./platform/domain-error.ts";
import { endConnectionsOnClose } from "./platform/end-connections.ts";
import { toHttpFailure } from "./platform/http-failure.ts";
import { takeJsonBodiesAsText } from "./platform/json-body.ts";
import { assertShallow } from "./platform/json-guard.ts";
import { assertContractVersion, assertJsonBody, assertNotFromForeignPage } from "./platform/request-guards.ts";
import type { Services } from "./platform/services.ts";
import { toWireError } from "./platform/wire-error.ts";
import { readiness } from "./readiness.ts";

const TRPC_PREFIX = "/trpc/";
/** A batch names all its procedures in the path. */
const PATH_CHARS_MAX = 4_096;
/** Slow senders are cut off: headers within 5 s, the whole request within 15 s. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const TIMEOUT_CHECK_MS = 1_000;

/**
 * The HTTP face: tRPC, health and the landing page. Listens when told to.
 *
 * @param services everything that the procedures work with
 */
export function createApiServer(config: ServerConfig, services: Services): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PATH_CHARS_MAX },
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    // A path of broken percent-signs never reaches a route.
    frameworkErrors: (error, request, reply) => answerFailure(error, request, reply),
  });
  endConnectionsOnClose(server);
  server.addHook("onRequest", async (request, reply) => guard(config, request, reply));
  server.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, services));
  server.setNotFoundHandler((request) => {
    throw new DomainError("PROCEDURE_NOT_FOUND", `There is nothing at ${request.method} ${request.url.split("?")[0]}.`);
  });
  takeJsonBodiesAsText(server);
  addPages(server, services);
  addProcedures(server, services);
  return server;
}

/** What every request has to pass before its body is read. */
function guard(config: ServerConfig, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    "x-request-id": request.id,
    [VERSION_HEADER]: KEEPSAKE_VERSION,
    [CONTRACT_HEADER]: String(CONTRACT_VERSION),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  if (config.adminToken === null) assertNotFromForeignPage(request, config.allowedHosts);
  const path = request.url.split("?")[0];
  if (path !== "/healthz" && path !== "/") assertAuthorized(request.headers, config.adminToken);
  assertJsonBody(request);
  assertContractVersion(request);
}

function addPages(server: FastifyInstance, services: Services): void {
  server.get("/", async (request, reply) =>
    reply.type("text/html; charset=utf-8").send(landingPage(request.headers.host)),
  );
  server.get("/healthz", async () => ({ status: "ok", version: KEEPSAKE_VERSION }));
  server.get("/readyz", async (_request, reply) => {
    const parts = await readiness(services);
    return reply.status(parts.ready ? 200 : 503).send(parts);
  });
}

function addProcedures(server: FastifyInstance, services: Services): void {
  server.all<{ Params: { path: string }; Querystring: Record<string, unknown> }>(
    `${TRPC_PREFIX}:path`,
    async (request, reply) => {
      const { input } = request.query;
      if (Array.isArray(input)) throw new DomainError("INVALID_INPUT", "Give the query's input once.");
      if (typeof input === "string") assertShallow(input);
      const startedMs = performance.now();
      const { path } = request.params;
      await fastifyRequestHandler({
        router: appRouter,
        req: request,
        res: reply,
        path,
        createContext: () => toContext(request, services),
        allowMethodOverride: true,
        maxBatchSize: BATCH_CALLS_MAX,
        onError: ({ error, path: failed }) => logFailure(services, request, failed, error),
      });
      const ms = Math.round(performance.now() - startedMs);
      services.logger.debug({ requestId: request.id, path, status: reply.statusCode, ms }, "call");
    },
  );
}

function toContext(request: FastifyRequest, services: Services): RequestContext {
  return { requestId: request.id, actor: toActor(request.headers), services };
}

/** A caller's mistake is the caller's to read; what failed inside is ours. */
function logFailure(services: Services, request: FastifyRequest, path: string | undefined, error: TRPCError): void {
  const { message, data } = toWireError(error, request.id);
  const line = { requestId: request.id, path, reason: data.reason };
  if (data.httpStatus < 500) services.logger.debug(line, message);
  else services.logger.error({ ...line, cause: describeCause(error) }, "a call failed");
}

function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  services?: Services,
): FastifyReply {
  const shape = toHttpFailure(error, request.id);
  if (shape.data.httpStatus >= 500) {
    services?.logger.error({ requestId: request.id, cause: describeCause(error) }, "a request failed");
  }
  // tRPC's clients read errors in superjson's form.
  const body = request.url.startsWith(TRPC_PREFIX) ? { error: { json: shape } } : { error: shape };
  // The rest of a body that is too large is not waited for.
  if (shape.data.httpStatus === 413) reply.header("connection", "close");
  return reply.status(shape.data.httpStatus).send(body);
}
