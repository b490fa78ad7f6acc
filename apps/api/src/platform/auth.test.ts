import { expect, test } from "vitest";
import { type Admitted, ANYBODY_HERE, CONFIGURED_ADMIN, toAdmitted } from "./admitted.ts";
import { assertMayCall, toActor } from "./auth.ts";
import { DomainError } from "./domain-error.ts";

const stored = { id: "aaaa0000", secretHash: "", validUntilMs: null, revokedAt: null, scopes: ["read"] as const };
const ofOla = toAdmitted({ ...stored, role: "user", boundUserId: "ola", allowedUserIds: null });
const ofNobody = toAdmitted({ ...stored, role: "user", boundUserId: null, allowedUserIds: null });
const gateway = toAdmitted({ ...stored, role: "gateway", boundUserId: null, allowedUserIds: null });
const listed = toAdmitted({ ...stored, role: "gateway", boundUserId: null, allowedUserIds: ["ann", "ola"] });
const emptied = toAdmitted({ ...stored, role: "gateway", boundUserId: null, allowedUserIds: [] });

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof DomainError ? error.reason : error;
  }
}

test.each<[name: string, caller: Admitted, header: string | undefined, user: string]>([
  ["a user token speaks for its user without being told", ofOla, undefined, "ola"],
  ["a user token may name its user", ofOla, "ola", "ola"],
  ["a user token speaks for nobody else", ofOla, "ann", "FORBIDDEN"],
  ["a user token without its user speaks for nobody", ofNobody, undefined, "FORBIDDEN"],
  ["a gateway speaks for whom it names", gateway, "ann", "ann"],
  ["a gateway that names nobody speaks for default", gateway, undefined, "default"],
  ["a listed gateway speaks for its users", listed, "ann", "ann"],
  ["a listed gateway speaks for no others", listed, "eve", "FORBIDDEN"],
  ["a listed gateway has to name one", listed, undefined, "FORBIDDEN"],
  ["a gateway whose list was emptied speaks for nobody", emptied, "ann", "FORBIDDEN"],
  ["an admin speaks for whom it names", CONFIGURED_ADMIN, "ann", "ann"],
  ["nobody names the server itself", CONFIGURED_ADMIN, "$server", "INVALID_INPUT"],
  ["a name is a name", ANYBODY_HERE, "a b", "INVALID_INPUT"],
])("%s", (_name, caller, header, user) => {
  const headers = header === undefined ? {} : { "x-keepsake-user": header };
  expect(outcome(() => toActor(headers, caller, "r").userId)).toBe(user);
});

test("two headers name nobody", () => {
  expect(outcome(() => toActor({ "x-keepsake-user": ["ola", "ann"] }, gateway, "r"))).toBe("INVALID_INPUT");
});

test("a procedure asks for its scopes, for the role of an admin, and for it where it says nothing", () => {
  expect(outcome(() => assertMayCall(ofOla, { scope: "read" }))).toBeUndefined();
  for (const scope of ["write", "export", "forget", "admin"] as const) {
    expect(outcome(() => assertMayCall(ofOla, { scope }))).toBe("FORBIDDEN");
  }
  expect(outcome(() => assertMayCall(ofOla, { scope: "read", alsoScope: "write" }))).toBe("FORBIDDEN");
  expect(outcome(() => assertMayCall(ANYBODY_HERE, { scope: "admin" }))).toBe("FORBIDDEN");
  expect(outcome(() => assertMayCall(ANYBODY_HERE, undefined))).toBe("FORBIDDEN");
  expect(outcome(() => assertMayCall(CONFIGURED_ADMIN, { scope: "admin" }))).toBeUndefined();
});
