import { defineConfig } from "vitest/config";

// Sources are read through this condition, so that no package needs a build before its tests.
const conditions = ["@keepsake/source"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const execArgv = ["--conditions=@keepsake/source"];

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["apps/*/src/**/*.test.ts", "packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          execArgv,
          // Properties try hundreds of inputs, on a machine that may be busy.
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: "integration",
          include: ["apps/*/test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          execArgv,
          // A file's own database is opened in its hooks; opening the embedded one takes seconds on a small machine.
          hookTimeout: 180_000,
          // A guard against hanging, and no more: servers are started, killed and filled, on a machine that may be busy.
          testTimeout: 240_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
