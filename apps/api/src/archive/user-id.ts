import { USER_ID_CHARS_MAX } from "@keepsake/contract";

/** What a header can name, as JavaScript and PostgreSQL both read it. */
export const USER_ID_PATTERN = `^[A-Za-z0-9._:@-]{1,${USER_ID_CHARS_MAX}}$`;

/** Whether a text can be a user's id. */
export const isUserId = (text: string): boolean => new RegExp(USER_ID_PATTERN).test(text);
