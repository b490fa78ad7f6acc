import { z } from "zod";
import { TOKEN_ROLES } from "./access.ts";
import { Flag, filledText, pageFields } from "./fields.ts";
import * as limits from "./limits.ts";

export const ListAuditInput = z.strictObject({
  ...pageFields,
  /** What concerns the server, such as tokens and erasures, instead of the user of the call. */
  ofServer: Flag.default(false),
  /** Only what changed this: an id, or a name such as a preference's key. */
  item: filledText(limits.AUDITED_NAME_CHARS_MAX).exactOptional(),
});
export type ListAuditInput = z.infer<typeof ListAuditInput>;

/** One effect of one call: who, with which token, what, when. Never a content. */
export const AuditEntry = z.object({
  id: z.string(),
  at: z.date(),
  /** Null where no token was asked for; `configured` for `KEEPSAKE_ADMIN_TOKEN`. */
  tokenId: z.string().nullable(),
  /** `server` for what the server or its command line did by itself. */
  role: z.enum([...TOKEN_ROLES, "server"]),
  procedure: z.string(),
  /** The first 100 things that changed: ids as they are, names that a caller chose as `name:` and a hash. */
  items: z.array(z.string()),
  /** How many things changed. */
  itemCount: z.int(),
  details: z.record(z.string(), z.unknown()).nullable(),
  /** Names the call in the server's log. */
  requestId: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Newest first; `nextCursor` is null on the last page. */
export const AuditPage = z.object({ items: z.array(AuditEntry), nextCursor: z.string().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;
