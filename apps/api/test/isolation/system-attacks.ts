import type { AttacksOn } from "./attack.ts";

/** What a gateway gets that asks for the server's own: a refusal, before anything of its input is looked at. */
const refused = <Input extends object>(input: Input) =>
  ({ kind: "counts", ends: "FORBIDDEN", input: () => input }) as const;

export const systemAttacks: AttacksOn<"system"> = {
  status: [{ kind: "counts", ends: "answered", input: () => ({}) }],
  users: [refused({})],
  eraseUser: [
    { kind: "foreign id", ends: "FORBIDDEN", input: (of) => ({ confirm: of.userId }) },
    { kind: "foreign id", ends: "INVALID_INPUT", as: "admin", input: (of) => ({ confirm: of.userId }) },
  ],
  tokens: [refused({})],
  createToken: [refused({ label: "mine", role: "admin" as const })],
  revokeToken: [refused({ id: "aaaa0000" })],
  rotateToken: [refused({ id: "aaaa0000" })],
  audit: [
    refused({}),
    { kind: "counts", ends: "answered", as: "admin", input: () => ({}) },
    { kind: "foreign id", ends: "answered", as: "admin", input: (of) => ({ item: of.memoryId }) },
    { kind: "foreign preference key", ends: "answered", as: "admin", input: (of) => ({ item: of.preferenceKey }) },
    { kind: "foreign cursor", ends: "answered", as: "admin", input: (of) => ({ cursor: of.memoryCursor }) },
  ],
  spaces: [refused({})],
  jobs: [refused({})],
  backups: [refused({})],
  backup: [refused({})],
};
