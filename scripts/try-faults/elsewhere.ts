/** Cases that need a hand on the server's process, disk, network, clock or model, and where they are tried. */
const GROUPS: readonly (readonly [numbers: string, why: string])[] = [
  ["F01 F02 F03 F04 F10 F13", "needs to kill, to cut the power or to fill a disk: pnpm bench faults"],
  ["F05 F06 F07 F08 F09 F12 F14", "needs the data folder or the process"],
  ["F11 F15 F16 F17", "needs the folder of backups"],
  ["F18 F19 F20 F21 F23 F24 F25 F26 F27 F29 F30", "needs the network to the database, its sessions, or the clock"],
  ["F28", "there is no Redis"],
  ["F33 F34 F35 F36 F37 F38 F39 F40", "needs the migrations"],
  ["F41 F42 F43 F44 F45 F46 F47 F48 F49 F50", "needs a model that misbehaves"],
];

/** Why a case cannot be tried from outside, by its number. */
export const NOT_FROM_OUTSIDE: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([numbers, why]) => numbers.split(" ").map((number) => [number, why] as const)),
);
