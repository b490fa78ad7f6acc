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

/** Where the server is and for whom calls are made. */
export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A bearer token, when the server asks for one. */
  readonly token?: string;
  /** Whose memory it is: 1 to 128 letters, digits or `. _ : @ -`. `default` when absent. */
  readonly userId?: string;
  /** Ends a call that takes longer, milliseconds. 15 seconds when absent. */
  readonly timeoutMs?: number;
}

/** Every procedure of the server, typed: `client.memory.add.mutate({ content })`. Dates are real dates. */
export type KeepsakeClient = TRPCClient<AppRouter>;

const TIMEOUT_MS = 15_000;

/**
 * A client of one Keepsake server for one user. It holds no connection of its own; make as many as there are users.
 * Calls fail with a `TRPCClientError`, which `errorReason` reads.
 *
 * @throws TypeError when `url` is not a URL
 */
export function createClient(options: ClientOptions): KeepsakeClient {
  const { timeoutMs = TIMEOUT_MS } = options;
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

function toHeaders({ token, userId }: ClientOptions): Record<string, string> {
  return {
    [CONTRACT_HEADER]: String(CONTRACT_VERSION),
    [VERSION_HEADER]: KEEPSAKE_VERSION,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(userId !== undefined && { [USER_HEADER]: userId }),
  };
}

function limited(signal: AbortSignal | null | undefined, timeoutMs: number): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
