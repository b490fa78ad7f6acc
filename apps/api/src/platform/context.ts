import type { FastifyRequest } from "fastify";
import type { Actor } from "./actor.ts";
import { toActor } from "./auth.ts";
import type { Services } from "./services.ts";

declare module "fastify" {
  /** What a route says about itself besides its address. */
  interface FastifyContextConfig {
    /** The procedure that it calls, such as `memory.add`; errors and the log name it. */
    procedure?: string;
    /** It tells of the server and of nobody's memory, so that no token is asked for. */
    isOpen?: boolean;
  }
}

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
