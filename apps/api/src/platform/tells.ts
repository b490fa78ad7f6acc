import type { MemoryOrigin } from "@keepsake/contract";
import type { Actor } from "./actor.ts";
import { audit } from "./audit.ts";
import { DomainError } from "./domain-error.ts";
import { findInstructions } from "./instruction-text.ts";
import type { Services } from "./services.ts";
import { ensureUser } from "./users.ts";

/** A content about to be stored. */
interface NewText {
  readonly content: string | undefined;
  /** Whose word it is; the user's unless named. `learned` is a preference's that nobody has said. */
  readonly origin: MemoryOrigin | "learned" | undefined;
  /** The field of the input, such as `items.3.content`. */
  readonly path: string;
}

/**
 * What the user says is kept whatever it says. What anybody else says is to tell something: a text that instructs a model
 * has been put there by somebody, and that it was tried stands in the audit trail.
 *
 * @throws DomainError `INVALID_INPUT` that names the field, never the text
 */
export async function assertTells(
  actor: Actor,
  { db }: Pick<Services, "db">,
  procedure: string,
  texts: readonly NewText[],
): Promise<void> {
  for (const { content, origin = "user", path } of texts) {
    if (origin === "user" || content === undefined) continue;
    const [sign] = findInstructions(content);
    if (sign === undefined) continue;
    await db.transaction(async (tx) => {
      // The trail of a user in no register would be there for good.
      await ensureUser(actor, tx);
      await audit(actor, tx, { procedure, items: [], count: 0, details: { refused: "instructs", sign, origin } });
    });
    const own = origin === "learned" ? "explicit" : "user";
    const message = `reads as an instruction to a model (${sign}), and only what the user said may`;
    throw new DomainError(
      "INVALID_INPUT",
      `"${path}" ${message}: store what is to be known, or name the origin "${own}".`,
      {
        issues: [{ path, message }],
      },
    );
  }
}
