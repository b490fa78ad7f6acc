import { DomainError } from "./domain-error.ts";

/**
 * `URLSearchParams` would put other characters in the place of broken ones, in silence.
 *
 * @param text an address or its query, as it was sent
 * @throws DomainError `INVALID_INPUT` when it is not percent-encoded UTF-8
 */
export function assertDecodable(text: string): void {
  try {
    decodeURIComponent(text);
  } catch (cause) {
    throw new DomainError("INVALID_INPUT", "The query string is not percent-encoded UTF-8.", { cause });
  }
}
