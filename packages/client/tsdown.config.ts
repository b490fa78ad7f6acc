import { defineConfig } from "tsdown";

// One file and one declaration file; the workspace's own packages are inside, so that a gateway installs this one only.
export default defineConfig({
  entry: ["src/index.ts"],
  platform: "node",
  target: "es2022",
  tsconfig: "../../tsconfig.client-types.json",
  dts: { generator: "tsgo" },
  sourcemap: false,
  fixedExtension: false,
  deps: { alwaysBundle: [/^@keepsake\//], neverBundle: [/^zod/] },
  // Otherwise the declarations keep a bare `import "zod"`, which a gateway has not installed.
  treeshake: { moduleSideEffects: false },
  // `tsc -b` keeps its own output in dist/types.
  clean: false,
  inputOptions: { resolve: { conditionNames: ["@keepsake/source", "import", "default"] } },
});
