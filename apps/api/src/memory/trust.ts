import { type MemoryOrigin, trustOf } from "@keepsake/contract";
import { DomainError } from "../platform/domain-error.ts";

/**
 * What is believed less never takes the place of what is believed more.
 *
 * @throws DomainError `TRUST_TOO_LOW`
 */
export function assertMayReplace(stored: string, next: MemoryOrigin): void {
  if (trustOf(next) >= trustOf(stored)) return;
  const message = `This memory comes from "${stored}", which is believed more than "${next}": ask the user, and name the origin "user".`;
  throw new DomainError("TRUST_TOO_LOW", message);
}
