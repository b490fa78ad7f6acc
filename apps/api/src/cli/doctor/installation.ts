import type postgres from "postgres";

/** What the database knows of itself as a whole. */
interface KnownInstallation {
  /** Whether a token was ever made: from then on the server asks every call for one, also when all are revoked. */
  readonly hasTokens: boolean;
  /** Milliseconds since Keepsake first used it; null where nothing says it. */
  readonly ageMs: number | null;
}

/** An older schema has nothing that says either, and the start that brings it up to date begins without tokens. */
export async function readInstallation(sql: postgres.Sql): Promise<KnownInstallation> {
  const nothing = { hasTokens: false, ageMs: null };
  const [table] = await sql<[{ isThere: boolean }]>`select to_regclass('public.installation') is not null as "isThere"`;
  if (!table.isThere) return nothing;
  const [known] = await sql<KnownInstallation[]>`
    select tokens_version > 0 as "hasTokens", extract(epoch from now() - created_at)::float8 * 1000 as "ageMs"
    from public.installation`;
  return known ?? nothing;
}
