import type { ApiToken } from "@keepsake/contract";
import { PAGE_ROWS_MAX } from "@keepsake/contract";
import { listTokenPage } from "../../system/list-tokens.ts";
import { defineCommand } from "../command.ts";
import { withTokens } from "../tokens/open-tokens.ts";

/** `keepsake token list`. */
export const tokenListCommand = defineCommand({
  name: "token list",
  summary: "lists the tokens, newest first",
  positionals: [],
  options: { json: { type: "boolean", meaning: "for programs: everything that is known of each" } },
  run: async ({ values, env, say }) => {
    const tokens = await withTokens(env, async ({ db }) => {
      const all: ApiToken[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await listTokenPage(db, { limit: PAGE_ROWS_MAX, ...(cursor !== undefined && { cursor }) });
        all.push(...page.items);
        cursor = page.nextCursor;
      }
      return all;
    });
    if (values.json) say(JSON.stringify(tokens, null, 2));
    else if (tokens.length === 0) say("No token has been made.");
    else for (const token of tokens) say(toLine(token));
    return 0;
  },
});

function toLine({ id, state, role, label, userId, onlyUsers, scopes, lastUsedAt, expiresAt }: ApiToken): string {
  const users = userId ?? onlyUsers?.join(",") ?? "all users";
  const used = lastUsedAt === null ? "never used" : `used ${toMinute(lastUsedAt)}`;
  const end = expiresAt === null ? [] : [`until ${toMinute(expiresAt)}`];
  return [id, state.padEnd(7), role.padEnd(7), label, users, scopes.join(","), used, ...end].join("  ");
}

const toMinute = (time: Date): string => `${time.toISOString().slice(0, 16)}Z`;
