import { assertFaithfulKeys } from "./faithful-keys.ts";
import { assertFaithfulNumbers } from "./faithful-numbers.ts";
import { assertShallow } from "./json-guard.ts";

/**
 * What every JSON text of a caller passes before it is parsed: what parsing would make something else of is refused.
 *
 * @throws DomainError `INVALID_INPUT`
 */
export function assertReadable(json: string): void {
  assertShallow(json);
  assertFaithfulKeys(json);
  assertFaithfulNumbers(json);
}
