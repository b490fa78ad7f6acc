import { randomUUID } from "node:crypto";
import {
  BATCH_CALLS_MAX,
  BODY_BYTES_MAX,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  KEEPSAKE_VERSION,
  VERSION_HEADER,
} from "@keepsake/contract";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { appRouter } from "./app-router.ts";
import type { ServerConfig } from "./config.ts";
import { landingPage } from "./landing-page.ts";
import { assertAuthorized } from "./platform/auth.ts";
import { toContext } from "./platform/context.ts";
import { assertScopesDeclared } from "./platform/declared-scopes.ts";
import { DomainError } from "./platform/domain-error.ts";
import { endConnectionsOnClose } from "./platform/end-connections.ts";
import { logFailure } from "./platform/failure-log.ts";
import { toHttpFailure } from "./platform/http-failure.ts";
import { takeJsonBodiesAsText } from "./platform/json-body.ts";
import { assertShallow } from "./platform/json-guard.ts";
import { hasReplayed, REPLAYED_HEADER } from "./platform/replays.ts";
import { assertContractVersion, assertJsonBody, assertNotFromForeignPage } from "./platform/request-guards.ts";
import type { Services } from "./platform/services.ts";
import { toWireError } from "./platform/wire-error.ts";
import { readiness } from "./readiness.ts";
import { addDocsEndpoints } from "./rest/docs-endpoints.ts";
import { addRestEndpoints } from "./rest/rest-endpoints.ts";
import { restRoutes } from "./rest/twins.ts";

const TRPC_PREFIX = "/trpc/";
/** A batch names all its procedures in the path. */
const PATH_CHARS_MAX = 4_096;
/** Slow senders are cut off: headers within 5 s, the whole request within 15 s. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const TIMEOUT_CHECK_MS = 1_000;

/**
 * The HTTP face: tRPC, REST, health and the landing page. Listens when told to.
 *
 * @param services everything that the procedures work with
 */
export function createApiServer(config: ServerConfig, services: Services): FastifyInstance {
  assertScopesDeclared(restRoutes);
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PATH_CHARS_MAX },
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    // A path of broken percent-signs never reaches a route.
    frameworkErrors: (error, request, reply) => answerFailure(error, request, reply, services),
  });
  endConnectionsOnClose(server);
  server.addHook("onResponse", async (_request, reply) => services.metrics.countAnswer(reply.statusCode));
  server.addHook("onRequest", async (request, reply) => guard(config, request, reply));
  server.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, services));
  server.setNotFoundHandler((request) => {
    throw new DomainError("PROCEDURE_NOT_FOUND", `There is nothing at ${request.method} ${request.url.split("?")[0]}.`);
  });
  takeJsonBodiesAsText(server);
  addPages(server, services);
  addProcedures(server, services);
  addRestEndpoints(server, services);
  addDocsEndpoints(server);
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
  if (!request.routeOptions.config.isOpen) assertAuthorized(request.headers, config.adminToken);
  assertJsonBody(request);
  assertContractVersion(request);
}

function addPages(server: FastifyInstance, services: Services): void {
  const open = { config: { isOpen: true } };
  server.get("/", open, async (request, reply) =>
    reply.type("text/html; charset=utf-8").send(landingPage(request.headers.host)),
  );
  server.get("/healthz", open, async () => ({ status: "ok", version: KEEPSAKE_VERSION }));
  server.get("/readyz", async (_request, reply) => {
    const parts = await readiness(services);
    return reply.status(parts.ready ? 200 : 503).send(parts);
  });
  server.get("/metrics", async (_request, reply) => {
    const { registry } = services.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
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
        responseMeta: ({ ctx }) => (ctx && hasReplayed(ctx.actor) ? { headers: { [REPLAYED_HEADER]: "true" } } : {}),
        allowMethodOverride: true,
        maxBatchSize: BATCH_CALLS_MAX,
        onError: ({ error, path: failed }) =>
          logFailure(services.logger, error, toWireError(error, request.id, failed)),
      });
      const ms = Math.round(performance.now() - startedMs);
      services.logger.debug({ requestId: request.id, path, status: reply.statusCode, ms }, "call");
    },
  );
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, services: Services): FastifyReply {
  const shape = toHttpFailure(error, request.id, request.routeOptions.config.procedure);
  logFailure(services.logger, error, shape);
  // tRPC's clients read errors in superjson's form.
  const body = request.url.startsWith(TRPC_PREFIX) ? { error: { json: shape } } : { error: shape };
  // The rest of a body that is too large is not waited for.
  if (shape.data.httpStatus === 413) reply.header("connection", "close");
  return reply.status(shape.data.httpStatus).send(body);
}
