import type { Preference } from "@keepsake/contract";
import { DomainError } from "../platform/domain-error.ts";

/**
 * Refuses a change that was made from another version than the one there is: 0 stands for none.
 *
 * @param stored null when there is no preference
 * @throws DomainError `VERSION_CONFLICT`
 */
export function assertVersion(stored: Pick<Preference, "version"> | null, expected: number | undefined): void {
  if (expected === undefined || expected === (stored?.version ?? 0)) return;
  const state = stored ? `is at version ${stored.version}` : "does not exist (version 0)";
  throw new DomainError(
    "VERSION_CONFLICT",
    `The preference ${state}, and ${expected} was expected: read it again and repeat the change.`,
  );
}
