import {
  type ApiToken,
  type CreatedToken,
  type CreateTokenInput,
  TOKEN_SCOPES,
  type TokenScope,
} from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import type { Actor, Caller } from "../platform/actor.ts";
import { readNow } from "../platform/database-clock.ts";
import { DomainError } from "../platform/domain-error.ts";
import { writtenAndDeleted } from "../platform/idempotency.ts";
import { raiseTokensVersion } from "../platform/token-store.ts";
import { writeOnce } from "../platform/write-once.ts";
import { endWithinOwn } from "./token-end.ts";
import type { TokenMeans } from "./token-means.ts";
import { addToken, findApiToken, type TokenDraft } from "./token-store.ts";

type Wish = Omit<CreateTokenInput, "idempotencyKey">;

/**
 * Makes a token. From the first one on, every server of this database asks for one within a second.
 *
 * @param held what the caller's own token may do: none gives more than it has
 * @throws DomainError `FORBIDDEN`, `INVALID_INPUT`
 */
export async function createToken(
  actor: Actor,
  services: TokenMeans,
  { idempotencyKey: key, ...wish }: CreateTokenInput,
  held: readonly TokenScope[],
): Promise<CreatedToken> {
  const draft = toDraft(actor, wish, held);
  // Beside the answer that is kept for retries: a secret is stored nowhere.
  let text: string | null = null;
  const { label, role, scopes } = draft;
  const call = { key, procedure: "system.createToken", input: wish, ofServer: { label, role, scopes } };
  const answer = await writeOnce(actor, services, call, async (tx) => {
    await assertToCome(tx, draft.expiresAt);
    const expiresAt = await endWithinOwn(actor, tx, draft.expiresAt);
    const made = await addToken(tx, { ...draft, expiresAt }, services.doorkeeper.tokenKey);
    await raiseTokensVersion(tx);
    text = made.text;
    return { id: made.stored.id };
  });
  services.doorkeeper.tokensChanged();
  return { ...(await readToken(services.db, answer)), token: text };
}

/**
 * The token that a call was about, as it is now. What is kept for the call's retries is its id alone: the users that it
 * names may be erased before the week is over.
 *
 * @throws DomainError `IDEMPOTENCY_MISMATCH` when it went with its user
 */
export async function readToken(db: Queryable, { id }: { readonly id: string }): Promise<ApiToken> {
  const token = await findApiToken(db, id);
  if (!token) throw writtenAndDeleted();
  return token;
}

function toDraft(actor: Actor, wish: Wish, held: readonly TokenScope[]): TokenDraft {
  const { label, role, scopes = held, onlyUsers = null, expiresAt = null } = wish;
  assertHeld(scopes, held);
  const boundUserId = role === "user" ? actor.userId : null;
  return { label, role, boundUserId, allowedUserIds: onlyUsers, scopes, expiresAt, createdBy: makerOf(actor.by) };
}

const makerOf = (by: Caller | undefined): string | null => by?.tokenId ?? null;

/** @throws DomainError `FORBIDDEN` */
export function assertHeld(wanted: readonly string[], held: readonly string[]): void {
  const surplus = wanted.filter((scope) => !held.includes(scope));
  if (surplus.length === 0) return;
  const known = TOKEN_SCOPES.filter((scope) => held.includes(scope)).join(", ");
  throw new DomainError(
    "FORBIDDEN",
    `A token cannot give what it does not have (${surplus.join(", ")}): it has ${known}.`,
  );
}

/** @throws DomainError `INVALID_INPUT` */
async function assertToCome(tx: Transaction, expiresAt: Date | null): Promise<void> {
  if (expiresAt === null || expiresAt > (await readNow(tx))) return;
  const message = "must be in the future";
  throw new DomainError("INVALID_INPUT", `"expiresAt" ${message}.`, { issues: [{ path: "expiresAt", message }] });
}
