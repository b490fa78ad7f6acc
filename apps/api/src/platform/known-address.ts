import { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { DomainError } from "./domain-error.ts";

const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "DELETE"];

/**
 * For what no route answers: tells an address that there is not from one that answers to other methods.
 *
 * @throws DomainError `PROCEDURE_NOT_FOUND`, or TRPCError `METHOD_NOT_SUPPORTED` with the header `Allow` set
 */
export function assertKnownAddress(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): never {
  const [path = ""] = request.url.split("?", 1);
  // The router would take it for a pattern, and throw at one that is none; no address of ours has any of these.
  const isPattern = /[:*(]/.test(path);
  const allowed = isPattern ? [] : METHODS.filter((method) => server.hasRoute({ method, url: path }));
  if (allowed.length > 0) throw toMethodError(reply, allowed);
  throw new DomainError("PROCEDURE_NOT_FOUND", `There is nothing at ${request.method} ${path}.`);
}

/** Says in the header `Allow` which methods an address answers to; the error is for the caller to throw. */
export function toMethodError(reply: FastifyReply, allowed: readonly string[]): TRPCError {
  reply.header("allow", allowed.join(", "));
  return new TRPCError({ code: "METHOD_NOT_SUPPORTED" });
}
