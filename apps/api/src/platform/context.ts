import type { FastifyRequest } from "fastify";
import type { Actor } from "./actor.ts";
import { toActor } from "./auth.ts";
import type { Services } from "./services.ts";

/** Who calls, and with what the server answers. */
export interface RequestContext {
  readonly requestId: string;
  readonly actor: Actor;
  readonly services: Services;
}

/**
 * The context of a call over HTTP, whichever face it came by.
 *
 * @throws DomainError `INVALID_INPUT` when the user's header is not one
 */
export function toContext(request: FastifyRequest, services: Services): RequestContext {
  return { requestId: request.id, actor: toActor(request.headers), services };
}
