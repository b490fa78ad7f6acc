import type { Doorkeeper } from "../platform/doorkeeper.ts";
import type { Services } from "../platform/services.ts";

/** With what tokens are made and ended: by a server, and by the command line beside one. */
export type TokenMeans = Pick<Services, "db" | "keysUnderWay"> & {
  readonly doorkeeper: Pick<Doorkeeper, "tokenKey" | "tokensChanged">;
};
