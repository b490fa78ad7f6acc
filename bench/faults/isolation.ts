import { attackServer } from "../../apps/api/test/isolation/attack-server.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";

/** Another header than the one that counts. */
const OTHER_HEADER = {
  file: "apps/api/src/platform/auth.ts",
  find: "toUserId(headers[USER_HEADER])",
  replace: 'toUserId(headers["x-user-id"] ?? headers[USER_HEADER])',
};

/**
 * Every procedure is called with another user's names, by every face: each answer is that to names which never were. CI
 * runs the same in `nobody-sees-anothers-rows.test.ts`, and compares the victim's rows as well.
 */
export const drill: Drill = {
  name: "isolation",
  title: "Somebody asks every procedure for what is another user's",
  homes: ["embedded", "postgres"],
  run: (options) => attack(options, []),
  controls: [
    {
      title: "another header names the user",
      homes: ["embedded", "postgres"],
      run: (options) => attack(options, [OTHER_HEADER]),
    },
  ],
};

async function attack({ log }: DrillOptions, sabotages: Parameters<typeof attackServer>[0]): Promise<Outcome> {
  log("every attack on every procedure");
  const { leaks, attacks, calls } = await attackServer(sabotages, (_twin, attack) => {
    return sabotages.length === 0 || attack.kind === "smuggled user";
  });
  return { counts: { attacks, calls, leaks: leaks.length }, failures: leaks };
}
