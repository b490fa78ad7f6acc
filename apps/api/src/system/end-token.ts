import type { ApiToken, CreatedToken, RevokeTokenInput, RotateTokenInput, TokenScope } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { raiseTokensVersion } from "../platform/token-store.ts";
import { writeOnce } from "../platform/write-once.ts";
import { assertHeld, readToken } from "./create-token.ts";
import { assertEndsWithinOwn } from "./token-end.ts";
import type { TokenMeans } from "./token-means.ts";
import { addToken, endToken, endTokenLater, lockToken, stateOf } from "./token-store.ts";

const tokenNotFound = (which: string) => new DomainError("TOKEN_NOT_FOUND", `There is no ${which} with this id.`);

/**
 * Revokes a token: within a second no server takes it any more. One that was revoked before is answered as it is.
 *
 * @throws DomainError `TOKEN_NOT_FOUND`
 */
export async function revokeToken(
  actor: Actor,
  services: TokenMeans,
  { id, idempotencyKey: key }: RevokeTokenInput,
): Promise<ApiToken> {
  const call = { key, procedure: "system.revokeToken", input: id, ofServer: {} };
  const answer = await writeOnce(actor, services, call, async (tx) => {
    if (!(await lockToken(tx, id))) throw tokenNotFound("token");
    await endToken(tx, id);
    await raiseTokensVersion(tx);
    return { id };
  });
  services.doorkeeper.tokensChanged();
  return readToken(services.db, answer);
}

/**
 * Puts a new token into the place of a valid one: the same rights, another secret and another id.
 *
 * @param held what the caller's own token may do: none gives more than it has
 * @throws DomainError `TOKEN_NOT_FOUND`, `FORBIDDEN`
 */
export async function rotateToken(
  actor: Actor,
  services: TokenMeans,
  { idempotencyKey: key, ...wish }: RotateTokenInput,
  held: readonly TokenScope[],
): Promise<CreatedToken> {
  let text: string | null = null;
  const call = { key, procedure: "system.rotateToken", input: wish, ofServer: { replaces: wish.id } };
  const answer = await writeOnce(actor, services, call, async (tx) => {
    const old = await lockToken(tx, wish.id);
    if (!old || stateOf(old) !== "valid") throw tokenNotFound("valid token");
    assertHeld(old.scopes, held);
    const { label, role, boundUserId, allowedUserIds, expiresAt } = old;
    await assertEndsWithinOwn(actor, tx, expiresAt);
    const scopes = old.scopes as TokenScope[];
    const createdBy = actor.by?.tokenId ?? null;
    const draft = { label, role, boundUserId, allowedUserIds, scopes, expiresAt, createdBy };
    const made = await addToken(tx, draft, services.doorkeeper.tokenKey);
    if (wish.overlapSeconds === 0) await endToken(tx, wish.id);
    else await endTokenLater(tx, wish.id, wish.overlapSeconds);
    await raiseTokensVersion(tx);
    text = made.text;
    return { id: made.stored.id };
  });
  services.doorkeeper.tokensChanged();
  return { ...(await readToken(services.db, answer)), token: text };
}
