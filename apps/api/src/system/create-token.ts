import { type CreatedToken, type CreateTokenInput, TOKEN_SCOPES, type TokenScope } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor, Caller } from "../platform/actor.ts";
import { readNow } from "../platform/database-clock.ts";
import { DomainError } from "../platform/domain-error.ts";
import { raiseTokensVersion } from "../platform/token-store.ts";
import { writeOnce } from "../platform/write-once.ts";
import type { TokenMeans } from "./token-means.ts";
import { addToken, type TokenDraft } from "./token-store.ts";

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
  const stored = await writeOnce(actor, services, call, async (tx) => {
    await assertToCome(tx, draft.expiresAt);
    const made = await addToken(tx, draft, services.doorkeeper.tokenKey);
    await raiseTokensVersion(tx);
    text = made.text;
    return made.stored;
  });
  services.doorkeeper.tokensChanged();
  return { ...stored, token: text };
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
