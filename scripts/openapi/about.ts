import type { routes } from "../../apps/api/src/routes.ts";
import {
  BODY_BYTES_MAX,
  DEFAULT_USER_ID,
  KEEPSAKE_VERSION,
  USER_HEADER,
  USER_ID_CHARS_MAX,
} from "../../packages/contract/src/index.ts";

/** What the document says about the whole. */
export const info = {
  title: "Keepsake",
  version: KEEPSAKE_VERSION,
  summary: "The memory of a private assistant.",
  description: `Every procedure stands at \`/<slice>/<procedure>\`. What reads is a GET with a query string, or a POST that keeps its input
out of the address; everything else is a POST with a JSON body of at most ${BODY_BYTES_MAX} bytes.

- Times are ISO 8601 text with a zone; a date alone is midnight UTC. In a query string numbers and \`true\` or \`false\` are written as they are, a list
  repeats its key, and the fields of an object stand after a dot.
- \`interaction_id\` may be written for \`interactionId\`, and so with every field.
- A field that is unknown is refused with its name, and so is one that stands in both spellings, or twice in a query string. Where a JSON
  body repeats a name, the last value counts. Another method than the ones listed is a 405.
- Each call acts for the user of the header \`${USER_HEADER}\`.
- A write that is sent again with the same \`idempotencyKey\` happens once and answers the same.

The same procedures are served to the typed client at \`/trpc\`.`,
  license: { name: "MIT" },
};

/** One sentence about each slice; a slice without one does not compile. */
const TAGS: Record<keyof typeof routes, string> = {
  memory: "Facts, events and documents worth finding again.",
  conversation: "What was said, by session.",
  preferences: "Settings and learned habits, any JSON by key.",
  cache: "Answers that may be given again.",
  training: "Feedback, examples, and data sets made of them.",
  system: "The server itself.",
};

export const tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));

/** Whose memory a call is about. */
export const userParameter = {
  name: USER_HEADER,
  in: "header" as const,
  required: false,
  description: "For whom the call acts. A user that is not known yet begins with its first write.",
  schema: {
    type: "string" as const,
    pattern: `^[A-Za-z0-9._:@-]{1,${USER_ID_CHARS_MAX}}$`,
    default: DEFAULT_USER_ID,
  },
};

/** Needed once the server has a token, and not before. */
export const bearer = {
  type: "http" as const,
  scheme: "bearer",
  description:
    "A token (`ks_…`, made by `keepsake token create` or `system.createToken`) or KEEPSAKE_ADMIN_TOKEN, where the server asks for one.",
};
