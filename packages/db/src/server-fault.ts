import type postgres from "postgres";
import { DatabaseStartError, DeadlineError } from "./database-error.ts";

const WHERE_IT_IS_SAID = "DATABASE_URL (or POSTGRES_HOST and its neighbours)";

/** Codes of the network, of name look-up and of postgres.js that all mean: nobody there who speaks PostgreSQL. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host's name is unknown",
  EAI_AGAIN: "the host's name could not be looked up",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to its network",
  ETIMEDOUT: "the connection timed out",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  ENOENT: "there is no such socket",
  CONNECT_TIMEOUT: "the connection timed out",
  CONNECTION_CLOSED: "it closed the connection",
  CONNECTION_DESTROYED: "the connection timed out",
};

/** A server's address for people: host, port, database and user, never the password. */
interface ServerAddress {
  readonly host: string;
  readonly database: string;
  readonly user: string;
}

function addressOf({ options }: postgres.Sql): ServerAddress {
  const host = options.host.map((name, index) => `${name}:${options.port[index] ?? ""}`).join(",");
  return { host, database: options.database, user: options.user };
}

/** Turns what went wrong while connecting into one sentence that says where, what and what to do. */
export function toServerStartError(error: unknown, client: postgres.Sql): DatabaseStartError {
  const address = addressOf(client);
  const place = `PostgreSQL at ${address.host} (database "${address.database}")`;
  if (error instanceof DatabaseStartError) {
    return new DatabaseStartError(`${place} cannot be used. ${error.message}`, { cause: error.cause });
  }
  return new DatabaseStartError(describe(error, place, address), { cause: error });
}

function describe(error: unknown, place: string, { database, user }: ServerAddress): string {
  if (error instanceof DeadlineError) {
    return `${place} did not answer within ${error.timeoutMs} ms: check that it runs and that ${WHERE_IT_IS_SAID} is right.`;
  }
  const code = codeOf(error);
  const reason = UNREACHABLE[code];
  if (reason !== undefined) {
    return `${place} cannot be reached (${reason}): check that it runs and that ${WHERE_IT_IS_SAID} is right.`;
  }
  if (code === "28P01") return `${place} refused the password of user "${user}": correct it in ${WHERE_IT_IS_SAID}.`;
  if (code === "3D000") return `${place} has no such database: run CREATE DATABASE "${database}" there first.`;
  if (UNSUPPORTED_SETTING.test(messageOf(error))) return `${place} cannot be used. ${POOLER}`;
  const said = messageOf(error).replace(/\.$/, "");
  return `${place} cannot be used: ${said}.`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** In pgbouncer's words: PostgreSQL says that of no setting. */
const UNSUPPORTED_SETTING = /unsupported startup parameter/;

/** What somebody does whose sessions do not have the settings that they were started with. */
export const POOLER =
  "A pooler such as pgbouncer stands before it and keeps back the settings of sessions, the time-out of statements among them: point DATABASE_URL at PostgreSQL itself, whose connections Keepsake pools by itself.";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** For an address that cannot be read. The address itself is not repeated: it may hold the password. */
export function toAddressError(): DatabaseStartError {
  return new DatabaseStartError(
    `${WHERE_IT_IS_SAID} is not a PostgreSQL address: write postgres://user:password@host:5432/database, with special characters of the password percent-encoded.`,
  );
}
