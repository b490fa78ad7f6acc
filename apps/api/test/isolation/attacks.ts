import { exampleOf } from "../../src/rest/examples/examples.ts";
import { fieldsOf } from "../../src/rest/schema-fields.ts";
import type { Twin } from "../../src/rest/twins.ts";
import type { routes } from "../../src/routes.ts";
import { arrangeExample } from "../_example-calls.ts";
import type { Attack, AttacksOn } from "./attack.ts";
import { cacheAttacks } from "./cache-attacks.ts";
import { conversationAttacks } from "./conversation-attacks.ts";
import { memoryAttacks } from "./memory-attacks.ts";
import { preferencesAttacks } from "./preferences-attacks.ts";
import { isForAdmins } from "./scope-of.ts";
import { systemAttacks } from "./system-attacks.ts";
import { trainingAttacks } from "./training-attacks.ts";
import { type Known, keyFor } from "./victim.ts";

const written: { readonly [Slice in keyof typeof routes]: AttacksOn<Slice> } = {
  memory: memoryAttacks,
  conversation: conversationAttacks,
  preferences: preferencesAttacks,
  cache: cacheAttacks,
  training: trainingAttacks,
  system: systemAttacks,
};

/** The attacks that somebody wrote for a procedure; none is a fault of the matrix. */
export function writtenAttacks(path: string): readonly Attack[] {
  const [slice = "", name = ""] = path.split(".");
  return ((written as Record<string, Record<string, readonly unknown[]>>)[slice]?.[name] ?? []) as readonly Attack[];
}

/** Every attack on a procedure: those of its row, and those that need none. */
export function attacksOn(twin: Twin): readonly Attack[] {
  return [...writtenAttacks(twin.path), ownWork(twin), ...foreignKey(twin), ...smuggled(twin)];
}

/** The attacker does what it may: the answer has nothing of the victim's. A gateway does not do an admin's work. */
function ownWork({ path }: Twin): Attack {
  if (isForAdmins(path)) return { kind: "own work", ends: "FORBIDDEN", input: () => exampleOf(path).input as object };
  return {
    kind: "own work",
    ends: "answered",
    before: (attacker) => arrangeExample(path, attacker),
    input: () => exampleOf(path).input as object,
  };
}

/** The victim has used this key for the same call: no other user hears of it. */
function foreignKey(twin: Twin): Attack[] {
  if (!fieldsOf(twin.input).has("idempotencyKey")) return [];
  const own = ownWork(twin);
  const input = (of: Known) => ({ ...own.input(of), idempotencyKey: keyFor(of, twin.path) });
  return [{ ...own, kind: "foreign idempotency key", input }];
}

/** Names that other servers take a user's id under. */
const USER_FIELDS = ["userId", "user_id", "user", "x-keepsake-user", "actor", "owner"];
const USER_HEADERS = ["x-user-id", "x-keepsake-user-id", "x_keepsake_user", "x-forwarded-user", "user", "cookie"];

/** A call that names the victim in every place but the one that counts. */
function smuggled(twin: Twin): Attack[] {
  const own = ownWork(twin);
  const named = (names: readonly string[], of: Known) => Object.fromEntries(names.map((name) => [name, of.userId]));
  const kind = "smuggled user" as const;
  const attacks: Attack[] = [
    {
      kind,
      // A query string is read before it is known who may call.
      ends: isForAdmins(twin.path) ? "alike" : "INVALID_INPUT",
      input: (of) => ({ ...own.input(of), ...named(USER_FIELDS, of) }),
    },
    { ...own, kind, headers: (of) => named(USER_HEADERS, of) },
    // Two headers of one name reach the server as one, with a comma.
    { ...own, kind, ends: "INVALID_INPUT", headers: (of) => named(["X-Keepsake-User"], of) },
    { ...own, kind, ends: "alike", search: (of) => named(USER_FIELDS, of) },
  ];
  if (!fieldsOf(twin.input).has("metadata")) return attacks;
  const metadata = (of: Known) => ({ ...own.input(of), metadata: named(["userId", "user_id"], of) });
  return [...attacks, { ...own, kind, input: metadata }];
}
