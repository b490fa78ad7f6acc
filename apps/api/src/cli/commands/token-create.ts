import { CreateTokenInput, DEFAULT_USER_ID, TOKEN_SCOPES, UserId } from "@keepsake/contract";
import { readNow } from "../../platform/database-clock.ts";
import { toInputIssues } from "../../platform/input-issues.ts";
import { createToken } from "../../system/create-token.ts";
import type { TokenMeans } from "../../system/token-means.ts";
import { defineCommand, UsageError } from "../command.ts";
import { atTheMachine, withTokens } from "../tokens/open-tokens.ts";

const DAY_MS = 86_400_000;

/** `keepsake token create`. */
export const tokenCreateCommand = defineCommand({
  name: "token create",
  summary: "makes a token and prints it, this once",
  positionals: [],
  options: {
    role: { type: "string", value: "ROLE", meaning: "admin, gateway (names a user with each call) or user (one user)" },
    label: { type: "string", value: "TEXT", meaning: "for what or whom it is" },
    user: { type: "string", value: "ID", meaning: "whose it is, for the role user; without it default's" },
    "only-users": { type: "string", value: "ID,ID", meaning: "the users that a gateway may name; without it all" },
    scopes: { type: "string", value: "LIST", meaning: `of ${TOKEN_SCOPES.join(",")}; without it all` },
    new: { type: "boolean", meaning: "makes the embedded database where there is none yet" },
    "expires-days": { type: "string", value: "DAYS", meaning: "for how long it is good; without it for ever" },
  },
  details: `Only the token goes to stdout. A running server asks for tokens within a second of the first one, and for good.`,
  run: async ({ values, env, say, note }) => {
    const wish = parse(CreateTokenInput, {
      role: values.role,
      label: values.label,
      ...(values["only-users"] !== undefined && { onlyUsers: values["only-users"].split(",") }),
      ...(values.scopes !== undefined && { scopes: values.scopes.split(",") }),
    });
    const days = values["expires-days"] === undefined ? null : toDays(values["expires-days"]);
    if (values.user !== undefined && wish.role !== "user") throw new UsageError("--user belongs to --role user.");
    const actor = atTheMachine(parse(UserId, values.user ?? DEFAULT_USER_ID, "--user"));
    const make = async (means: TokenMeans) => {
      // From the database's clock on, which is the one that ends it.
      const end = days !== null && { expiresAt: new Date((await readNow(means.db)).getTime() + days * DAY_MS) };
      return createToken(actor, means, { ...wish, ...end }, TOKEN_SCOPES);
    };
    const made = await withTokens(env, make, {
      mayBeNew: values.new,
      otherwise: " Before the first start, --new makes one there.",
    });
    note(`Token ${made.id} (${made.label}, ${made.role}). Keep it: it is shown this once.`);
    say(made.token ?? "");
    return 0;
  },
});

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: Parameters<typeof toInputIssues>[0] };
}

/** Options that are no field by their own name. */
const OPTIONS: Readonly<Record<string, string>> = { onlyUsers: "--only-users" };

/** @throws UsageError with every fault, each by its option */
function parse<T>(schema: Schema<T>, value: unknown, whole = "The token"): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = toInputIssues(parsed.error).map(({ path, message }) => `${optionOf(path) ?? whole} ${message}`);
  throw new UsageError(`${[...new Set(faults)].join("; ")}.`);
}

function optionOf(path: string): string | null {
  const [field = ""] = path.split(".");
  return field === "" ? null : (OPTIONS[field] ?? `--${field}`);
}

function toDays(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError("--expires-days must be a whole number of days, such as 90.");
}
