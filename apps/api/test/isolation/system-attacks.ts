import type { AttacksOn } from "./attack.ts";

export const systemAttacks: AttacksOn<"system"> = {
  status: [{ kind: "counts", ends: "answered", input: () => ({}) }],
};
