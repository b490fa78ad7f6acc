import type { AttacksOn } from "./attack.ts";

/** What a gateway gets that asks for the server's own: a refusal, before anything of its input is looked at. */
const refused = <Input extends object>(input: Input) =>
  [{ kind: "counts", ends: "FORBIDDEN", input: () => input }] as const;

export const systemAttacks: AttacksOn<"system"> = {
  status: [{ kind: "counts", ends: "answered", input: () => ({}) }],
  users: refused({}),
  eraseUser: refused({ confirm: "victim" }),
  tokens: refused({}),
  createToken: refused({ label: "mine", role: "admin" as const }),
  revokeToken: refused({ id: "aaaa0000" }),
  rotateToken: refused({ id: "aaaa0000" }),
  audit: refused({}),
  spaces: refused({}),
  jobs: refused({}),
  backups: refused({}),
  backup: refused({}),
};
