import type { FastifyRequest } from "fastify";
import type { Doorkeeper, Visitor } from "./doorkeeper.ts";

/** A look at a token holds for so long, as for a new call. */
const LOOK_HOLDS_MS = 1_000;

/** Who is at the door with a request. */
export const toVisitor = ({ headers, ip }: FastifyRequest): Visitor => ({
  authorization: headers.authorization,
  address: ip,
});

/**
 * For what lasts: a body that comes slowly, an answer that is read for minutes.
 *
 * @returns looks again whether the visitor is to be let in, where the last look is too long ago; throws what
 *   `Doorkeeper.admit` does
 */
export function stillAdmitted(doorkeeper: Doorkeeper, visitor: Visitor): () => Promise<void> {
  let lookedMs = performance.now();
  return async () => {
    if (performance.now() - lookedMs < LOOK_HOLDS_MS) return;
    await doorkeeper.admit(visitor);
    lookedMs = performance.now();
  };
}
