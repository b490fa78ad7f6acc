import { z } from "zod";
import * as limits from "./limits.ts";

const NUL = String.fromCharCode(0);

/**
 * Text that PostgreSQL can store as it is: no NUL character and no half of a surrogate pair. Both would be refused or,
 * worse, changed in silence on the way.
 *
 * @param charsMax the limit in characters, inclusive
 */
export function text(charsMax: number) {
  return z
    .string()
    .max(charsMax, `must have at most ${charsMax} characters`)
    .refine((value) => !value.includes(NUL), "must not contain a NUL character (U+0000)")
    .refine((value) => value.isWellFormed(), "must be well-formed Unicode: it contains half of a surrogate pair");
}

/** Like {@link text}, and at least one character that is not white space. */
export function filledText(charsMax: number) {
  return text(charsMax).refine((value) => value.trim() !== "", "must not be empty");
}

/** A memory's or message's id: a UUIDv7, in lower case. */
export const Id = z.uuid("must be an id as the server gave it (a UUID)").transform((id) => id.toLowerCase());

/** Names one thread of talk: the gateway's choice. */
export const SessionId = filledText(limits.SESSION_ID_CHARS_MAX);

/** Names a user message with the answers to it: an id that the server made, or the gateway's own. */
export const InteractionId = filledText(limits.INTERACTION_ID_CHARS_MAX);

/** What the user wants, in the gateway's word, such as `turn_on` or `weather`. */
export const Intent = filledText(limits.INTENT_CHARS_MAX);

/** A language tag such as `en`, `pl` or `pt-BR`. */
export const Language = z
  .string()
  .max(limits.LANGUAGE_CHARS_MAX, `must have at most ${limits.LANGUAGE_CHARS_MAX} characters`)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as "en" or "pl"')
  .transform((tag) => tag.toLowerCase());

/** Tags in the caller's order, each once. */
export const Tags = z
  .array(filledText(limits.TAG_CHARS_MAX).transform((tag) => tag.trim()))
  .max(limits.TAGS_MAX, `must have at most ${limits.TAGS_MAX} tags`)
  .transform((tags) => [...new Set(tags)]);

/** Shares are stored with 32 bits, which hold nothing between 0 and this. */
const SHARE_MIN = 1e-37;

/** A number from 0 to 1. */
export const Share = z
  .number()
  .min(0, "must be from 0 to 1")
  .max(1, "must be from 0 to 1")
  .refine((share) => share === 0 || share >= SHARE_MIN, `must be 0, or at least ${SHARE_MIN}`);

/** Makes a write safe to send twice: the same key and input gives the same answer. */
export const IdempotencyKey = z
  .string()
  .regex(
    new RegExp(`^[\\x21-\\x7e]{1,${limits.IDEMPOTENCY_KEY_CHARS_MAX}}$`),
    `must be 1 to ${limits.IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters`,
  );

/** Earlier years come back changed: two digits mean this century to JavaScript's reading of PostgreSQL's text. */
const YEAR_MIN = 1000;
const YEAR_MAX = 9999;
/** Characters of a time: nine digits of a second and a zone are 35. */
const TIME_CHARS_MAX = 40;

/** A point in time: ISO 8601 text with a zone (a date alone is midnight UTC), or a superjson date over tRPC. */
export const Timestamp = z
  .union(
    [z.date(), z.iso.datetime({ offset: true }).max(TIME_CHARS_MAX), z.iso.date()],
    "must be a date or ISO 8601 text with a zone",
  )
  .transform((value) => new Date(value))
  .refine((date) => {
    const year = date.getUTCFullYear();
    return year >= YEAR_MIN && year <= YEAR_MAX;
  }, `must be between the years ${YEAR_MIN} and ${YEAR_MAX}`);

/** Rows of one page, and where the page before ended. */
export const pageFields = {
  /** Rows of one page, at most. */
  limit: z.int().min(1).max(limits.PAGE_ROWS_MAX).default(limits.PAGE_ROWS_DEFAULT),
  /** `nextCursor` of the page before; absent for the first one. */
  cursor: text(200).exactOptional(),
};

/** Flags of a query string arrive as text; over tRPC they are booleans. */
export const Flag = z.boolean();
