import type { TokenRole } from "@keepsake/contract";

/** Who makes a call, as the audit trail names it. */
export interface Caller {
  /** Null where no token is asked for. */
  readonly tokenId: string | null;
  /** `server` for what the server or its command line does by itself. */
  readonly role: TokenRole | "server";
  readonly requestId: string | null;
}

/** For whom a call acts. Every store function takes one first, and reaches only that user's rows. */
export interface Actor {
  readonly userId: string;
  /** Absent in background work. */
  readonly by?: Caller;
}

/** Under whose name there is kept what concerns the server and no user. No header can name it. */
export const SERVER_USER_ID = "$server";

/** The same caller, for what concerns the server. */
export const ofServer = ({ by }: Actor): Actor => ({ userId: SERVER_USER_ID, ...(by && { by }) });
