import type postgres from "postgres";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** Nobody misses a token for so long that is still in use. */
const UNUSED_DAYS = 90;
/** A secret that has been about for so long should have had an end. */
const ENDLESS_DAYS = 365;

/** A token that has not been revoked, without anything secret of it. */
export interface KnownToken {
  readonly id: string;
  readonly label: string;
  readonly role: string;
  readonly isExpired: boolean;
  readonly hasEnd: boolean;
  /** Days since it was made. */
  readonly ageDays: number;
  /** Days since it was used last; null for never. */
  readonly unusedDays: number | null;
}

/** Tokens that nobody uses, that have ended, or that may do everything for ever. */
export function judgeTokens(tokens: readonly KnownToken[]): Finding[] {
  const faults = tokens.flatMap(judgeToken);
  if (faults.length > 0) return faults;
  return [pass("tokens", tokens.length === 1 ? "one token, in use" : `${tokens.length} tokens, in use`)];
}

function judgeToken({ id, label, role, isExpired, hasEnd, ageDays, unusedDays }: KnownToken): Finding[] {
  const name = `token ${id} (${label}, ${role})`;
  const revoke = `Revoke it when nobody needs it: keepsake token revoke ${id}`;
  if (isExpired) return [warn("tokens", `${name} has expired`, revoke)];
  if (unusedDays === null ? ageDays > UNUSED_DAYS : unusedDays > UNUSED_DAYS) {
    const since = unusedDays === null ? "was never used" : `was not used for ${Math.floor(unusedDays)} days`;
    return [warn("tokens", `${name} ${since}`, revoke)];
  }
  if (role === "admin" && !hasEnd && ageDays > ENDLESS_DAYS) {
    const said = `${name} may do everything, has no end and is ${Math.floor(ageDays)} days old`;
    return [warn("tokens", said, "Make a new one with an end, and revoke this one.")];
  }
  return [];
}

/** The tokens of the database. */
export async function examineTokens(sql: postgres.Sql, hasAdminToken: boolean): Promise<Finding[]> {
  const tokens = await sql<KnownToken[]>`
    select id, label, role, coalesce(expires_at < now(), false) as "isExpired", expires_at is not null as "hasEnd",
      extract(epoch from now() - created_at)::float8 / 86400 as "ageDays",
      extract(epoch from now() - last_used_at)::float8 / 86400 as "unusedDays"
    from api_tokens where revoked_at is null order by created_at`;
  if (tokens.length > 0) return judgeTokens(tokens);
  if (hasAdminToken) return [pass("tokens", "KEEPSAKE_ADMIN_TOKEN is the only one")];
  return [skip("tokens", "none: this machine's programs may do everything, and nobody else can call")];
}

/** An address that others can reach needs a token; the server refuses to start without one, and this says so before. */
export function judgeAccess(host: string, hasToken: boolean): Finding {
  const isLoopback = ["127.0.0.1", "localhost", "::1"].includes(host);
  if (hasToken) return pass("access", `HOST=${host}, with a token`);
  if (isLoopback) return pass("access", `HOST=${host}: this machine alone`);
  return fail("access", `HOST=${host} without a token`, "Make one: set KEEPSAKE_ADMIN_TOKEN, or leave HOST unset.");
}
