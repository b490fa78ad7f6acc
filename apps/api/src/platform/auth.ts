import { createHash, timingSafeEqual } from "node:crypto";
import { DEFAULT_USER_ID, USER_HEADER, USER_ID_CHARS_MAX } from "@keepsake/contract";
import type { Actor } from "./actor.ts";
import { DomainError } from "./domain-error.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const USER_ID = new RegExp(`^[A-Za-z0-9._:@-]{1,${USER_ID_CHARS_MAX}}$`);

const digest = (secret: string) => createHash("sha256").update(secret).digest();

/**
 * Checks the bearer token where one is configured. Digests are compared, in constant time, so that neither the token
 * nor its length shows in the time it takes.
 *
 * @throws DomainError `UNAUTHORIZED`
 */
export function assertAuthorized(headers: Headers, adminToken: string | null): void {
  if (adminToken === null) return;
  const header = headers["authorization"];
  const sent = typeof header === "string" && header.startsWith("Bearer ") ? header.slice("Bearer ".length).trim() : "";
  if (timingSafeEqual(digest(sent), digest(adminToken))) return;
  throw new DomainError("UNAUTHORIZED", 'A valid token is needed: send "Authorization: Bearer <token>".');
}

/**
 * The user that a call names in its `x-keepsake-user` header, `default` when it names none.
 *
 * @throws DomainError `INVALID_INPUT`
 */
export function toActor(headers: Headers): Actor {
  const userId = headers[USER_HEADER] ?? DEFAULT_USER_ID;
  if (typeof userId === "string" && USER_ID.test(userId)) return { userId };
  const message = `must be 1 to ${USER_ID_CHARS_MAX} letters, digits or . _ : @ -`;
  const issues = [{ path: USER_HEADER, message }];
  throw new DomainError("INVALID_INPUT", `The header ${USER_HEADER} ${message}`, { issues });
}
