/**
 * What a token may do. `read` looks, `write` keeps and changes, `export` takes whole data sets out, `forget` removes for
 * good or for a while.
 */
export const TOKEN_SCOPES = ["read", "write", "export", "forget"] as const;

/** One of `TOKEN_SCOPES`. */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What a procedure declares beside its schemas. Ours, so that a client's types need no library for it. */
export interface ProcedureMeta {
  /** What its caller's token has to hold; `admin` is the role's, and no list of scopes grants it. */
  readonly scope: TokenScope | "admin";
  /** Needed besides, where a procedure that writes answers with more than it was given. */
  readonly alsoScope?: TokenScope;
}

/**
 * For whom a token speaks: `user` for one user, `gateway` for the user that each call names, `admin` for all of them and
 * for the server itself.
 */
export const TOKEN_ROLES = ["user", "gateway", "admin"] as const;

/** One of `TOKEN_ROLES`. */
export type TokenRole = (typeof TOKEN_ROLES)[number];
