import type { Actor } from "./actor.ts";

/** Says with an answer that it was given before, to an equal call with the same idempotency key. */
export const REPLAYED_HEADER = "x-keepsake-replayed";

const replayed = new WeakSet<Actor>();

/** Notes that an answer of a request, named by its actor, is one of before. */
export const noteReplay = (actor: Actor): void => void replayed.add(actor);

/** Whether any answer of a request is one of before. */
export const hasReplayed = (actor: Actor): boolean => replayed.has(actor);
