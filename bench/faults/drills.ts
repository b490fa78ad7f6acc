import type { Drill } from "./drill.ts";

/** Every drill by its name, in the order in which `pnpm bench faults` runs them. */
export const DRILLS: Readonly<Record<string, () => Promise<{ readonly drill: Drill }>>> = {
  isolation: () => import("./isolation.ts"),
  "backup-damage": () => import("./backup-damage.ts"),
  "kill-server": () => import("./kill-server.ts"),
  "lost-answers": () => import("./lost-answers.ts"),
  network: () => import("./network.ts"),
  "power-cut-embedded": () => import("./power-cut-embedded.ts"),
  fuzz: () => import("./fuzz.ts"),
  "hostile-bodies": () => import("./hostile-bodies.ts"),
  "kill-postgres": () => import("./kill-postgres.ts"),
  "database-away": () => import("./database-away.ts"),
  "power-cut-postgres": () => import("./power-cut-postgres.ts"),
  "disk-full-postgres": () => import("./disk-full-postgres.ts"),
  "busy-database": () => import("./busy-database.ts"),
  "stop-server": () => import("./stop-server.ts"),
  soak: () => import("./soak.ts"),
};
