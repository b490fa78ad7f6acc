import type { AppRouter } from "@keepsake/api/routes";
import {
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  KEEPSAKE_VERSION,
  USER_HEADER,
  VERSION_HEADER,
} from "@keepsake/contract/version";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { answerTransformer } from "./calls/answer-transformer.ts";
import { assertReadable } from "./calls/busy.ts";
import { limitBody } from "./calls/limit-body.ts";
import { type Patience, patientLink } from "./calls/patient-link.ts";

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
 * @param patience how long calls may take, and how often they are tried
 * @throws TypeError when `url` is not a URL
 */
export function createProcedures(options: CallOptions, patience: Patience): Procedures {
  return createTRPCClient<AppRouter>({
    links: [
      patientLink(patience),
      httpLink({
        url: new URL("trpc", withSlash(options.url)).href,
        transformer: answerTransformer,
        // Texts stay out of addresses, which end up in logs.
        methodOverride: "POST",
        headers: toHeaders(options),
        fetch: async (input, init) => limitBody(assertReadable(await fetch(input, init as RequestInit))),
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
