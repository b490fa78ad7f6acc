import { type MemoryOrigin, trustOf } from "@keepsake/contract";
import { DomainError } from "../platform/domain-error.ts";
import { findInstructions } from "../platform/instruction-text.ts";

/** A content about to be stored: whose word it is, and where it stands in the input. */
interface NewText {
  readonly content: string;
  readonly origin: MemoryOrigin;
  /** The field of the input, such as `items.3.content`. */
  readonly path: string;
}

/**
 * What the user says is kept whatever it says. What anybody else says is to tell something: a text that instructs a model
 * has been put there by somebody.
 *
 * @throws DomainError `INVALID_INPUT` that names the field, never the text
 */
export function assertTells({ content, origin, path }: NewText): void {
  if (origin === "user") return;
  const [sign] = findInstructions(content);
  if (sign === undefined) return;
  const message = `reads as an instruction to a model (${sign}), and only what the user said may`;
  throw new DomainError(
    "INVALID_INPUT",
    `"${path}" ${message}: store what is to be known, or name the origin "user".`,
    {
      issues: [{ path, message }],
    },
  );
}

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
