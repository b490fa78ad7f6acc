import { SERVER_USER_ID } from "../../platform/actor.ts";
import { revokeToken } from "../../system/end-token.ts";
import { defineCommand } from "../command.ts";
import { atTheMachine, withTokens } from "../tokens/open-tokens.ts";

/** `keepsake token revoke`. */
export const tokenRevokeCommand = defineCommand({
  name: "token revoke",
  summary: "ends a token: no server takes it any more within a second",
  positionals: ["ID"],
  options: {},
  run: async ({ positionals: [id = ""], env, say }) => {
    const { label, role } = await withTokens(env, (means) => revokeToken(atTheMachine(SERVER_USER_ID), means, { id }));
    say(`Token ${id} (${label}, ${role}) is revoked.`);
    return 0;
  },
});
