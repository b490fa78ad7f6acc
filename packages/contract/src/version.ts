/** The version of server and client; they are released together. */
export const KEEPSAKE_VERSION = "0.1.0";

/**
 * The wire's version. It changes only when an older client could misread an answer; the server refuses clients of
 * another one with `CLIENT_INCOMPATIBLE`.
 */
export const CONTRACT_VERSION = 1;

/** Header in which a client names the contract version it was built for, and the server its own. */
export const CONTRACT_HEADER = "x-keepsake-contract";
/** Header in which client and server name their release. */
export const VERSION_HEADER = "x-keepsake-version";
/** Header that names the user a gateway speaks for. */
export const USER_HEADER = "x-keepsake-user";
/** The user of calls that name none. */
export const DEFAULT_USER_ID = "default";
