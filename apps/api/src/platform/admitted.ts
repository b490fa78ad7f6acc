import { TOKEN_SCOPES, type TokenRole, type TokenScope } from "@keepsake/contract";
import type { StoredToken } from "./token-store.ts";

/** A caller who was let in, and what may be done in whose name. */
export interface Admitted {
  /** Null where no token is asked for; {@link CONFIGURED_TOKEN_ID} for the configuration's. */
  readonly tokenId: string | null;
  readonly role: TokenRole;
  readonly scopes: readonly TokenScope[];
  /** The users that it may speak for; null for every user. */
  readonly userIds: readonly string[] | null;
}

/** Names `KEEPSAKE_ADMIN_TOKEN` in the audit trail. No token that is made has such an id. */
const CONFIGURED_TOKEN_ID = "configured";

/** Who calls a server that asks for no token: whoever is on its machine. */
export const ANYBODY_HERE: Admitted = { tokenId: null, role: "gateway", scopes: TOKEN_SCOPES, userIds: null };

/** Who holds `KEEPSAKE_ADMIN_TOKEN`. */
export const CONFIGURED_ADMIN: Admitted = {
  tokenId: CONFIGURED_TOKEN_ID,
  role: "admin",
  scopes: TOKEN_SCOPES,
  userIds: null,
};

/** A `user` token without its user speaks for nobody. */
export function toAdmitted({ id, role, scopes, boundUserId, allowedUserIds }: StoredToken): Admitted {
  const bound = boundUserId === null ? [] : [boundUserId];
  const userIds = role === "user" ? bound : role === "gateway" ? allowedUserIds : null;
  return { tokenId: id, role, scopes, userIds };
}
