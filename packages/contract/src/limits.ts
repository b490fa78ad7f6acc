/** Every limit of the wire, with its unit. A caller's input beyond one is refused with the field named. */

/** Characters of one memory or message, as JavaScript counts them (UTF-16 units). About 8,000 tokens. */
export const CONTENT_CHARS_MAX = 32_768;
/** Characters of a search query. */
export const QUERY_CHARS_MAX = 2_000;
/** Characters of `source`: where a memory came from. */
export const SOURCE_CHARS_MAX = 255;
/** Characters of `kind`. */
export const KIND_CHARS_MAX = 64;
/** Characters of a language tag such as `en` or `pl-PL`. */
export const LANGUAGE_CHARS_MAX = 10;
/** Tags of one memory, or of one filter. */
export const TAGS_MAX = 32;
/** Characters of one tag. */
export const TAG_CHARS_MAX = 64;
/** Items of one `addMany`. */
export const ADD_MANY_ITEMS_MAX = 500;
/** Rows of one page of a list. */
export const PAGE_ROWS_MAX = 200;
/** Rows of a page when the caller names no limit. */
export const PAGE_ROWS_DEFAULT = 50;
/** Hits of one search. */
export const SEARCH_HITS_MAX = 100;
/** Hits of a search when the caller names no limit. */
export const SEARCH_HITS_DEFAULT = 10;
/** Lines of a session before and after each message that was found, and what stands without a caller's choice. */
export const LINES_AROUND_MAX = 5;
export const LINES_AROUND_DEFAULT = 1;
/** Characters of a session's last message in a list of sessions. */
export const PREVIEW_CHARS_MAX = 200;
/** Levels of nesting of user metadata: enough for anything a person reads, little enough to be safe everywhere. */
export const METADATA_DEPTH_MAX = 8;
/** Keys of user metadata, all levels together. */
export const METADATA_KEYS_MAX = 64;
/** Bytes of user metadata as JSON in UTF-8. */
export const METADATA_BYTES_MAX = 16_384;
/** Characters of a session's id, which is the gateway's choice. */
export const SESSION_ID_CHARS_MAX = 255;
/** Characters of an interaction's id. */
export const INTERACTION_ID_CHARS_MAX = 255;
/** Characters of an intent, such as `turn_on`. */
export const INTENT_CHARS_MAX = 100;
/** Characters of a preference's key. */
export const PREFERENCE_KEY_CHARS_MAX = 255;
/** Characters of a preference's category. */
export const PREFERENCE_CATEGORY_CHARS_MAX = 100;
/** Levels of nesting of a preference's value: half of what the wire takes, so that any answer can hold one. */
export const PREFERENCE_DEPTH_MAX = 16;
/** Keys of a preference's value, all levels together. What needs more is data, not a setting. */
export const PREFERENCE_KEYS_MAX = 1_000;
/** Bytes of a preference's value as JSON in UTF-8: a page of 200 of them is 13 MB at most. */
export const PREFERENCE_BYTES_MAX = 65_536;
/** Keys of one `preferences.getMany`. */
export const PREFERENCES_GET_MANY_MAX = 100;
/** Confidence of a learned preference when the caller names none: neither sure nor a mere guess. */
export const LEARNED_CONFIDENCE_DEFAULT = 0.5;
/** Seconds that a cached answer may be given, at most: a year. */
export const CACHE_TTL_SECONDS_MAX = 31_536_000;
/** Seconds that a cached answer may be given when neither its caller nor the configuration says. */
export const CACHE_TTL_SECONDS_DEFAULT = 3_600;
/** Cached answers of one user, unless configured otherwise. */
export const CACHE_ENTRIES_MAX_DEFAULT = 1_000;
/** Memories that one cached answer names as its sources, and preferences. */
export const CACHE_DEPENDENCIES_MAX = 100;
/** Milliseconds that making one answer may have taken: a day. */
export const CACHE_GENERATION_MS_MAX = 86_400_000;
/** Characters of a comment on an answer. */
export const COMMENT_CHARS_MAX = 4_096;
/** Examples that one call of `training.export` reads; each becomes up to two lines, or none. */
export const EXPORT_PAGE_ROWS_MAX = 1_000;
/** Examples that one call of `training.export` reads when the caller names no limit. */
export const EXPORT_PAGE_ROWS_DEFAULT = 200;
/** Given names to be redacted. */
export const REDACTED_NAMES_MAX = 100;
/** Characters of one given name. */
export const NAME_CHARS_MAX = 64;
/** Characters of the seed of a split. */
export const SEED_CHARS_MAX = 64;
/** Characters of an idempotency key. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
/** Bytes of one request body: 1 MiB. */
export const BODY_BYTES_MAX = 1_048_576;
/** Characters of an address: what is longer is sent as the body of a POST. */
export const URL_CHARS_MAX = 8_192;
/** Bytes of a request's first line and headers together. */
export const HEADER_BYTES_MAX = 16_384;
/** Bytes of the items of one page, as JSON in UTF-8: a page ends before it goes beyond, and the next one goes on. */
export const PAGE_BYTES_MAX = 2_097_152;
/** Levels of nesting of any JSON on the wire; deeper input is refused before it is parsed. */
export const WIRE_DEPTH_MAX = 32;
/** Keys of any one object on the wire: twice what the largest value may have. */
export const WIRE_KEYS_MAX = 2_000;
/** Procedure calls of one tRPC batch. */
export const BATCH_CALLS_MAX = 20;
/** Characters of a user id in the `x-keepsake-user` header. */
export const USER_ID_CHARS_MAX = 128;
/** Characters of a token's label. */
export const TOKEN_LABEL_CHARS_MAX = 100;
/** Users that a gateway's token may be limited to. */
export const TOKEN_USERS_MAX = 100;
/** Seconds that a replaced token may live on: a day. */
export const TOKEN_OVERLAP_SECONDS_MAX = 86_400;
/** Characters of an id or a name that the audit trail is searched for: the longest name that a caller may choose. */
export const AUDITED_NAME_CHARS_MAX = 255;
/** Days between a `forget` and the erasure that can't be undone, unless configured otherwise. */
export const FORGET_RETENTION_DAYS_DEFAULT = 30;
/** Vector length of the default embedding space. `docs/decisions/0009-384-dimensions.md` tells what it costs. */
export const EMBEDDING_DIMENSIONS_DEFAULT = 384;
/** Milliseconds that `conversation.begin` may take, and the bounds of it. */
export const TURN_BUDGET_MS_MIN = 10;
export const TURN_BUDGET_MS_DEFAULT = 1_000;
export const TURN_BUDGET_MS_MAX = 60_000;
/** Milliseconds that `begin` waits at most for an equal question that is under way. */
export const TURN_JOIN_MS_MAX = 300_000;
/** Tokens of a context, counted at three bytes of UTF-8 each. */
export const TOKEN_BUDGET_DEFAULT = 1_500;
export const TOKEN_BUDGET_MAX = 32_000;
/** Keys, or beginnings of keys, of the preferences of a context. */
export const PREFERENCE_PATTERNS_MAX = 20;
export const PREFERENCE_PATTERN_CHARS_MAX = 255;
