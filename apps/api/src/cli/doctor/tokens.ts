import type postgres from "postgres";
import { isGuarded } from "../../guarded-start.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** Who uses a token has so long to get another before it ends. */
const ENDING_DAYS = 14;
/** Nobody misses a token for so long that is still in use. */
const UNUSED_DAYS = 90;
/** A secret that has been about for so long should have had an end. */
const ENDLESS_DAYS = 365;

const MAKE_TOKEN = "Make one: keepsake token create --role admin --label me.";
const GUARD = `${MAKE_TOKEN} (Before the first start with --new.) Or set KEEPSAKE_ADMIN_TOKEN, or leave HOST unset.`;

/** A token that has not been revoked, without anything secret of it. */
export interface KnownToken {
  readonly id: string;
  readonly label: string;
  readonly role: string;
  /** Days until it ends, 0 or less when it has; null for never. */
  readonly endsInDays: number | null;
  /** Days since it was made. */
  readonly ageDays: number;
  /** Days since it was used last; null for never. */
  readonly unusedDays: number | null;
}

/** Tokens that nobody uses, that will end while they are in use, or that may do everything for ever. */
export function judgeTokens(tokens: readonly KnownToken[], hasAdminToken: boolean): Finding[] {
  // One that has ended does what it should: nothing.
  const valid = tokens.filter(({ endsInDays }) => endsInDays === null || endsInDays > 0);
  if (valid.length === 0 && !hasAdminToken) return [warn("tokens", "all have ended: nobody can call", MAKE_TOKEN)];
  if (valid.length === 0) return [pass("tokens", "KEEPSAKE_ADMIN_TOKEN is the only one that has not ended")];
  const faults = valid.flatMap(judgeToken);
  if (faults.length > 0) return faults;
  return [pass("tokens", valid.length === 1 ? "one token, in use" : `${valid.length} tokens, in use`)];
}

function judgeToken({ id, label, role, endsInDays, ageDays, unusedDays }: KnownToken): Finding[] {
  const name = `token ${id} (${label}, ${role})`;
  const revoke = `Revoke it when nobody needs it: keepsake token revoke ${id}`;
  if (endsInDays !== null && endsInDays < ENDING_DAYS && unusedDays !== null && unusedDays < ENDING_DAYS) {
    const said = `${name} is in use and ends in ${Math.ceil(endsInDays)} days`;
    return [warn("tokens", said, "Make a new one for whoever uses it: keepsake token create.")];
  }
  if (unusedDays === null ? ageDays > UNUSED_DAYS : unusedDays > UNUSED_DAYS) {
    const since = unusedDays === null ? "was never used" : `was not used for ${Math.floor(unusedDays)} days`;
    return [warn("tokens", `${name} ${since}`, revoke)];
  }
  if (role === "admin" && endsInDays === null && ageDays > ENDLESS_DAYS) {
    const said = `${name} may do everything, has no end and is ${Math.floor(ageDays)} days old`;
    return [warn("tokens", said, "Make a new one with an end, and revoke this one.")];
  }
  return [];
}

/** The tokens of the database. */
export async function examineTokens(sql: postgres.Sql, hasAdminToken: boolean, hasTokens: boolean): Promise<Finding[]> {
  const tokens = await sql<KnownToken[]>`
    select id, label, role,
      extract(epoch from expires_at - now())::float8 / 86400 as "endsInDays",
      extract(epoch from now() - created_at)::float8 / 86400 as "ageDays",
      extract(epoch from now() - last_used_at)::float8 / 86400 as "unusedDays"
    from api_tokens where revoked_at is null order by created_at`;
  if (tokens.length > 0) return judgeTokens(tokens, hasAdminToken);
  if (hasAdminToken) return [pass("tokens", "KEEPSAKE_ADMIN_TOKEN is the only one")];
  if (hasTokens) return [warn("tokens", "all are revoked, and every call needs one: nobody can call", MAKE_TOKEN)];
  return [skip("tokens", "none: this machine's programs may do everything, and nobody else can call")];
}

/**
 * Judges as the server does at its start, which refuses an address that others can reach where it asks for no token.
 *
 * @param asksForTokens null where nobody knows, because the database cannot be looked at
 */
export function judgeAccess(host: string, asksForTokens: boolean | null): Finding {
  if (asksForTokens) return pass("access", `HOST=${host}, with a token`);
  if (isGuarded(host, false)) return pass("access", `HOST=${host}: this machine alone`);
  if (asksForTokens === null) {
    const said = `HOST=${host} without KEEPSAKE_ADMIN_TOKEN, and whether the database holds a token is not known`;
    return warn(
      "access",
      said,
      `Mend what keeps it from being looked at, and ask again. Where it holds none: ${GUARD}`,
    );
  }
  return fail("access", `HOST=${host} without a token: the server does not start`, GUARD);
}
