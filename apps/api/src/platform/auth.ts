import { DEFAULT_USER_ID, type ProcedureMeta, USER_HEADER, USER_ID_CHARS_MAX } from "@keepsake/contract";
import type { Actor } from "./actor.ts";
import type { Admitted } from "./admitted.ts";
import { DomainError } from "./domain-error.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const USER_ID = new RegExp(`^[A-Za-z0-9._:@-]{1,${USER_ID_CHARS_MAX}}$`);

/**
 * For whom a call acts: the user that it names in its `x-keepsake-user` header. Where it names none, the one user that
 * its token speaks for, or `default`.
 *
 * @throws DomainError `INVALID_INPUT`, and `FORBIDDEN` for a user that the token may not speak for
 */
export function toActor(headers: Headers, caller: Admitted, requestId: string): Actor {
  const userId = toUserId(headers[USER_HEADER]) ?? defaultUserOf(caller);
  if (caller.userIds !== null && !caller.userIds.includes(userId)) {
    throw new DomainError("FORBIDDEN", `The token may not speak for the user that the call names in ${USER_HEADER}.`);
  }
  return { userId, by: { tokenId: caller.tokenId, role: caller.role, requestId } };
}

const defaultUserOf = ({ role, userIds }: Admitted): string =>
  role === "user" ? (userIds?.[0] ?? DEFAULT_USER_ID) : DEFAULT_USER_ID;

function toUserId(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === "string" && USER_ID.test(header)) return header;
  const message = `must be 1 to ${USER_ID_CHARS_MAX} letters, digits or . _ : @ -`;
  const issues = [{ path: USER_HEADER, message }];
  throw new DomainError("INVALID_INPUT", `The header ${USER_HEADER} ${message}`, { issues });
}

/**
 * Whether a caller may call a procedure. One that declares nothing is for nobody.
 *
 * @throws DomainError `FORBIDDEN` that names what is lacking
 */
export function assertMayCall({ role, scopes }: Admitted, meta: ProcedureMeta | undefined): void {
  const needed = [meta?.scope ?? "admin", ...(meta?.alsoScope ? [meta.alsoScope] : [])];
  for (const scope of needed) {
    if (scope === "admin" ? role === "admin" : scopes.includes(scope)) continue;
    throw new DomainError("FORBIDDEN", scope === "admin" ? NEEDS_ADMIN : `The token lacks the scope "${scope}".`);
  }
}

const NEEDS_ADMIN = "This needs a token of the role admin: `keepsake token create --role admin` makes one.";
