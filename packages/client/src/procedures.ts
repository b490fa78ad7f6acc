import type { AppRouter } from "@keepsake/api/routes";
import {
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  KEEPSAKE_VERSION,
  USER_HEADER,
  VERSION_HEADER,
} from "@keepsake/contract/version";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import superjson from "superjson";

/** Every procedure of the server, typed: `procedures.memory.add.mutate({ content })`. Dates are real dates. */
export type Procedures = TRPCClient<AppRouter>;

/** Where calls go and for whom they are made. */
export interface CallOptions {
  readonly url: string;
  readonly token?: string;
  readonly userId?: string;
}

/**
 * The procedures of one server for one user.
 *
 * @param timeoutMs ends a call that takes longer; null for calls that bring a signal of their own
 * @throws TypeError when `url` is not a URL
 */
export function createProcedures(options: CallOptions, timeoutMs: number | null): Procedures {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: new URL("trpc", withSlash(options.url)).href,
        transformer: superjson,
        // Texts stay out of addresses, which end up in logs.
        methodOverride: "POST",
        headers: toHeaders(options),
        fetch: (input, init) => fetch(input, { ...(init as RequestInit), signal: limited(init?.signal, timeoutMs) }),
      }),
    ],
  });
}

/** A path behind which a proxy serves Keepsake is kept. */
const withSlash = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

function toHeaders({ token, userId }: CallOptions): Record<string, string> {
  return {
    [CONTRACT_HEADER]: String(CONTRACT_VERSION),
    [VERSION_HEADER]: KEEPSAKE_VERSION,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(userId !== undefined && { [USER_HEADER]: userId }),
  };
}

function limited(signal: AbortSignal | null | undefined, timeoutMs: number | null): AbortSignal | null {
  if (timeoutMs === null) return signal ?? null;
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
