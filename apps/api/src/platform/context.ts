import type { FastifyRequest } from "fastify";
import type { Actor } from "./actor.ts";
import type { Admitted } from "./admitted.ts";
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

  interface FastifyRequest {
    /** Null as long as nobody was let in: of open pages, and before the token was looked at. */
    caller: Admitted | null;
    /** Throws once the token that it came with holds no more; null where none is asked for. */
    assertStillAdmitted: (() => Promise<void>) | null;
  }
}

/** Who calls, and with what the server answers. */
export interface RequestContext {
  readonly requestId: string;
  readonly actor: Actor;
  readonly caller: Admitted;
  readonly services: Services;
  /** Looks at the caller's token again, for what waits: throws once it holds no more. */
  readonly assertStillAdmitted: () => Promise<void>;
}

/**
 * The context of a call over HTTP, whichever face it came by.
 *
 * @throws DomainError `INVALID_INPUT` when the user's header is not one, `FORBIDDEN` for a user that the token may not
 *   speak for
 */
export function toContext(request: FastifyRequest, services: Services): RequestContext {
  const { id: requestId, headers, caller } = request;
  if (!caller) throw new Error("a call reached its procedure without having been let in");
  const assertStillAdmitted = async () => request.assertStillAdmitted?.();
  return { requestId, actor: toActor(headers, caller, requestId), caller, services, assertStillAdmitted };
}
