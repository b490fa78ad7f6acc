import { RotateTokenInput, TOKEN_SCOPES } from "@keepsake/contract";
import { SERVER_USER_ID } from "../../platform/actor.ts";
import { rotateToken } from "../../system/end-token.ts";
import { defineCommand, UsageError } from "../command.ts";
import { atTheMachine, withTokens } from "../tokens/open-tokens.ts";

/** `keepsake token rotate`. */
export const tokenRotateCommand = defineCommand({
  name: "token rotate",
  summary: "puts a new token into the place of one, and prints it, this once",
  positionals: ["ID"],
  options: {
    overlap: {
      type: "string",
      value: "SECONDS",
      meaning: "how long the old one is good besides; without it not at all",
    },
  },
  run: async ({ values, positionals: [id = ""], env, say, note }) => {
    const wish = RotateTokenInput.safeParse({ id, overlapSeconds: Number(values.overlap ?? 0) });
    if (!wish.success) throw new UsageError("ID is the 8 letters behind ks_, and --overlap at most a day in seconds.");
    const actor = atTheMachine(SERVER_USER_ID);
    const made = await withTokens(env, (means) => rotateToken(actor, means, wish.data, TOKEN_SCOPES));
    note(`Token ${made.id} (${made.label}, ${made.role}) stands in for ${id}. Keep it: it is shown this once.`);
    say(made.token ?? "");
    return 0;
  },
});
