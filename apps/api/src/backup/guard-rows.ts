import { connect, type EmbeddedConfig, hasCluster } from "@keepsake/db";
import type postgres from "postgres";

/** Who is let in: the rows of tokens and of their key, as JSON. */
export type Guard = Readonly<Record<string, string>>;

const TABLES = ["installation", "api_tokens"];

/**
 * Reads who is let in by the database that is there. An archive of everybody holds no tokens: without them the next start
 * would let in whoever comes.
 *
 * @returns null where there is no database, or one from before there were tokens
 * @throws Error when it cannot be read
 */
export async function readGuard(config: EmbeddedConfig): Promise<Guard | null> {
  if (!(await hasCluster(config.dataDir))) return null;
  try {
    await using handle = await connect(config);
    const [known] = await handle.sql`select to_regclass('public.installation') is not null as "hasTokens"`;
    if (!known?.["hasTokens"]) return null;
    const guard: Record<string, string> = {};
    for (const table of TABLES) {
      const [row] = await handle.sql<[{ rows: string }]>`
        select coalesce(json_agg(t), '[]')::text as rows from ${handle.sql(table)} t`;
      guard[table] = row.rows;
    }
    return guard;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `An archive of everybody holds no tokens, and those of the database that is there cannot be read. ${reason} Where that cannot be mended: restore a backup, or move the data folder away and make tokens anew.`,
      { cause },
    );
  }
}

/** Lets in whom another database let in. */
export async function writeGuard(sql: postgres.Sql, guard: Guard): Promise<void> {
  await sql.begin(async (tx) => {
    for (const table of TABLES) {
      await tx`delete from ${tx(table)}`;
      await tx`insert into ${tx(table)} select * from json_populate_recordset(null::${tx(table)}, ${guard[table] ?? "[]"}::text::json)`;
    }
  });
}
