import { randomBytes } from "node:crypto";
import type postgres from "postgres";

/** The role that studio reads as. It may log in only while studio runs. */
export const READER_ROLE = "keepsake_reader";
/** A longer statement of studio's is ended by a PostgreSQL server. */
export const STATEMENT_TIMEOUT_MS = 5_000;

const INSUFFICIENT_PRIVILEGE = "42501";
/** Ours, the migrations' and the queue's. */
const SCHEMAS = ["public", "drizzle", "pgboss"];
/** Holds the key of the tokens' hashes. */
const NOT_SHOWN = "installation";

/** The role cannot be made with the rights at hand; the message holds the statements for somebody who has them. */
class ReaderRoleError extends Error {
  override readonly name = "ReaderRoleError";
}

/** Whether the connected role itself may read and no more, so that no other one is needed. */
export async function mayOnlyRead(sql: postgres.Sql): Promise<boolean> {
  const [found] = await sql<{ writes: boolean }[]>`
    select current_setting('is_superuser') = 'on'
      or exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p', 'v') and n.nspname = any(${SCHEMAS})
             and has_table_privilege(c.oid, 'insert, update, delete, truncate'))
      or exists (select from pg_namespace where nspname = any(${SCHEMAS}) and has_schema_privilege(oid, 'create'))
      as writes`;
  return found?.writes === false;
}

/**
 * Makes the reader on a server, or gives the one that is there a new password and what became visible since.
 *
 * @param minutes how long its password is good
 * @returns the password
 * @throws ReaderRoleError
 */
export async function openReader(sql: postgres.Sql, minutes: number): Promise<string> {
  const password = randomBytes(24).toString("hex");
  const until = new Date(Date.now() + minutes * 60_000).toISOString();
  try {
    await createRole(sql);
    await sql.unsafe(`alter role ${READER_ROLE} with login noinherit password '${password}' valid until '${until}'`);
    await sql.unsafe(`alter role ${READER_ROLE} set default_transaction_read_only = on`);
    await sql.unsafe(`alter role ${READER_ROLE} set statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    await grantReading(sql);
    return password;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === INSUFFICIENT_PRIVILEGE)) throw error;
    throw new ReaderRoleError(howTo(error.message), { cause: error });
  }
}

/** The role has done its work: nobody can log in as it until studio is opened again. */
export async function closeReader(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`alter role ${READER_ROLE} with nologin password null`);
}

/**
 * Makes the reader on the embedded home, whose sessions are all the superuser's: studio's statements take the role on
 * for themselves. `set_config` is the one way that a statement which reads could put it off again.
 */
export async function prepareEmbeddedReader(sql: postgres.Sql): Promise<void> {
  await createRole(sql);
  await grantReading(sql);
  await sql.unsafe("revoke execute on function pg_catalog.set_config(text, text, boolean) from public");
}

async function createRole(sql: postgres.Sql): Promise<void> {
  const [role] = await sql`select from pg_roles where rolname = ${READER_ROLE}`;
  if (!role) await sql.unsafe(`create role ${READER_ROLE} nologin`);
}

async function grantReading(sql: postgres.Sql): Promise<void> {
  const grants = await sql<{ grant: string }[]>`
    select format('grant usage on schema %I to %I', nspname, ${READER_ROLE}::text) as grant
      from pg_namespace where nspname = any(${SCHEMAS}) and has_schema_privilege(oid, 'usage')
    union all
    select format('grant select on %I.%I to %I', n.nspname, c.relname, ${READER_ROLE}::text)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any(${SCHEMAS}) and c.relkind in ('r', 'p', 'v') and pg_has_role(c.relowner, 'usage')
        and c.relname <> ${NOT_SHOWN}`;
  await sql.unsafe(grants.map(({ grant }) => grant).join(";\n"));
}

function howTo(reason: string): string {
  return `Studio reads as a role of its own, ${READER_ROLE}, and this database user may not make it (${reason}).
Let an administrator run this in Keepsake's database, and open studio with DATABASE_URL naming that role:

  create role ${READER_ROLE} login password '…';
  alter role ${READER_ROLE} set default_transaction_read_only = on;
  alter role ${READER_ROLE} set statement_timeout = ${STATEMENT_TIMEOUT_MS};
  grant usage on schema public to ${READER_ROLE};
  grant select on all tables in schema public to ${READER_ROLE};
  revoke all on ${NOT_SHOWN} from ${READER_ROLE};`;
}
