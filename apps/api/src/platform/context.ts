import type { Actor } from "./actor.ts";
import type { Services } from "./services.ts";

/** Who calls, and with what the server answers. */
export interface RequestContext {
  readonly requestId: string;
  readonly actor: Actor;
  readonly services: Services;
}
