import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { BATCH_CALLS_MAX, BODY_BYTES_MAX, HEADER_BYTES_MAX, KEEPSAKE_VERSION } from "@keepsake/contract";
import type { ProcedureType, TRPCError } from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { appRouter } from "./app-router.ts";
import type { ServerConfig } from "./config.ts";
import { landingPage } from "./landing-page.ts";
import { Admission } from "./platform/admission.ts";
import { answerHeaders } from "./platform/answer-headers.ts";
import { toContext } from "./platform/context.ts";
import { assertScopesDeclared } from "./platform/declared-scopes.ts";
import { DomainError } from "./platform/domain-error.ts";
import { endConnectionsOnClose } from "./platform/end-connections.ts";
import { toHttpFailure } from "./platform/http-failure.ts";
import { takeJsonBodiesAsText } from "./platform/json-body.ts";
import { assertKnownAddress, toMethodError } from "./platform/known-address.ts";
import { lingerAfterAnswer } from "./platform/linger.ts";
import { answerMalformedRequest, answerUnknownExpectation } from "./platform/malformed-request.ts";
import { assertDecodable } from "./platform/percent-encoding.ts";
import { assertReadable } from "./platform/readable-json.ts";
import { hasReplayed, REPLAYED_HEADER } from "./platform/replays.ts";
import {
  assertAddress,
  assertContractVersion,
  assertHost,
  assertJsonBody,
  assertNotFromForeignPage,
} from "./platform/request-guards.ts";
import type { Services } from "./platform/services.ts";
import { shareRuns } from "./platform/share-runs.ts";
import { stillAdmitted, toVisitor } from "./platform/still-admitted.ts";
import { nameRequest } from "./platform/trpc.ts";
import { toWireError } from "./platform/wire-error.ts";
import { readiness } from "./readiness.ts";
import { addDocsEndpoints } from "./rest/docs-endpoints.ts";
import { addRestEndpoints } from "./rest/rest-endpoints.ts";
import { restRoutes } from "./rest/twins.ts";

const TRPC_PREFIX = "/trpc/";
const TRPC_METHODS: readonly string[] = ["GET", "HEAD", "POST"];
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
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      requireHostHeader: false,
    },
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    // A path of broken percent-signs never reaches a route.
    frameworkErrors: (error, request, reply) => answerFailure(error, request, reply, services),
    clientErrorHandler: (error, socket) => answerMalformedRequest(error, socket, services.logger),
  });
  server.server.maxConnections = config.limits.connectionsMax;
  server.server.on("checkExpectation", answerUnknownExpectation);
  server.server.on("connect", (_request, socket: Socket) =>
    answerMalformedRequest(new Error("This server is no proxy."), socket, services.logger),
  );
  endConnectionsOnClose(server);
  server.decorateRequest("caller", null);
  server.decorateRequest("assertStillAdmitted", null);
  server.addHook("onResponse", async (_request, reply) => services.metrics.countAnswer(reply.statusCode));
  server.addHook("onRequest", async (request, reply) => {
    reply.headers(answerHeaders(request.id));
  });
  const admission = new Admission(server, config.limits, services.metrics);
  server.addHook("onRequest", async (request) => guard(config, services, request, admission));
  server.addHook("preHandler", async (request) => request.assertStillAdmitted?.());
  server.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, services));
  server.setNotFoundHandler((request, reply) => assertKnownAddress(server, request, reply));
  takeJsonBodiesAsText(server);
  addPages(server, services);
  addProcedures(server, services);
  addRestEndpoints(server, services);
  addDocsEndpoints(server);
  return server;
}

/** What every request has to pass before its body is read. */
async function guard(
  config: ServerConfig,
  { doorkeeper }: Services,
  request: FastifyRequest,
  admission: Admission,
): Promise<void> {
  assertHost(request);
  assertAddress(request);
  if (!doorkeeper.asksForTokens) assertNotFromForeignPage(request, config.allowedHosts);
  if (!request.routeOptions.config.isOpen) {
    request.caller = await doorkeeper.admit(toVisitor(request));
    request.assertStillAdmitted = stillAdmitted(doorkeeper, toVisitor(request));
    const { tokenId } = request.caller;
    if (tokenId !== null) admission.admitCaller(request, tokenId);
  }
  assertJsonBody(request);
  assertContractVersion(request);
}

function addPages(server: FastifyInstance, services: Services): void {
  const open = { config: { isOpen: true } };
  server.get("/", open, async (request, reply) =>
    reply.type("text/html; charset=utf-8").send(landingPage(request.headers.host)),
  );
  server.get("/healthz", { config: { isOpen: true, isAlwaysAnswered: true } }, async () => ({
    status: "ok",
    version: KEEPSAKE_VERSION,
  }));
  const ask = shareRuns(() => readiness(services));
  server.get("/readyz", { config: { isAlwaysAnswered: true } }, async (_request, reply) => {
    const parts = await ask();
    return reply.status(parts.ready ? 200 : 503).send(parts);
  });
  server.get("/metrics", { config: { isAlwaysAnswered: true } }, async (_request, reply) => {
    const { registry } = services.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function addProcedures(server: FastifyInstance, services: Services): void {
  server.all<{ Params: { path: string }; Querystring: Record<string, unknown> }>(
    `${TRPC_PREFIX}:path`,
    async (request, reply) => {
      // The Fetch API, on which tRPC is built, has no request for others, such as TRACE.
      if (!TRPC_METHODS.includes(request.method)) throw toMethodError(reply, ["GET", "POST"]);
      const { path } = request.params;
      // tRPC would decode it once more, and find commas that nobody has counted.
      if (path.includes("%")) throw new DomainError("PROCEDURE_NOT_FOUND", "There is no procedure of this name.");
      assertDecodable(request.url);
      answerWhole(request);
      const { input, connectionParams } = request.query;
      if (connectionParams !== undefined) throw new DomainError("INVALID_INPUT", "There are no connectionParams here.");
      if (Array.isArray(input)) throw new DomainError("INVALID_INPUT", "Give the query's input once.");
      if (typeof input === "string") assertReadable(input);
      const startedMs = performance.now();
      await fastifyRequestHandler({
        router: appRouter,
        req: request,
        res: reply,
        path,
        createContext: () => toContext(request, services),
        allowMethodOverride: true,
        maxBatchSize: BATCH_CALLS_MAX,
        responseMeta: ({ ctx, errors, type }) => ({
          headers: {
            ...(ctx && hasReplayed(ctx.actor) && { [REPLAYED_HEADER]: "true" }),
            ...toErrorHeaders(errors, type, request.id),
          },
        }),
        onError: ({ error, path: failed }) => {
          nameRequest(error, request.id);
          services.failures.tell(error, toWireError(error, request.id, failed));
        },
      });
      const ms = Math.round(performance.now() - startedMs);
      services.logger.debug({ requestId: request.id, path, status: reply.statusCode, ms }, "call");
    },
  );
}

/**
 * tRPC streams a batch's answers to whoever asks so, and knows no setting for it: they would begin before the work has
 * ended, with nobody counted for it, with status 200 for whatever comes, and without the headers that depend on it.
 */
function answerWhole({ raw }: FastifyRequest): void {
  delete raw.headers["trpc-accept"];
  raw.headers.accept = "application/json";
}

/** Of a batch, the longest wait counts. */
function toErrorHeaders(
  errors: readonly TRPCError[],
  type: ProcedureType | "unknown",
  requestId: string,
): Record<string, string> {
  const waits = errors.map((error) => toWireError(error, requestId).data.retryAfterSeconds ?? 0);
  const retryAfterSeconds = Math.max(0, ...waits);
  const isWrongMethod = errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED");
  return {
    ...(retryAfterSeconds > 0 && { "retry-after": String(retryAfterSeconds) }),
    ...(isWrongMethod && { allow: type === "mutation" ? "POST" : "GET, POST" }),
  };
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, services: Services): FastifyReply {
  const shape = toHttpFailure(error, request.id, request.routeOptions.config.procedure);
  services.failures.tell(error, shape);
  // tRPC's clients read errors in superjson's form.
  const body = (request.routeOptions?.url ?? request.url).startsWith(TRPC_PREFIX)
    ? { error: { json: shape } }
    : { error: shape };
  const { httpStatus, retryAfterSeconds } = shape.data;
  // What was not let in has no headers yet.
  reply.headers(answerHeaders(request.id));
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  // The rest of a body that is too large is not waited for.
  if (httpStatus === 413) {
    reply.header("connection", "close");
    lingerAfterAnswer(request.raw.socket);
  }
  return reply.status(httpStatus).send(body);
}
