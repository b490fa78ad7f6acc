import { defineConfig, type UserConfig } from "tsdown";

const shared: UserConfig = {
  platform: "node",
  target: "es2022",
  tsconfig: "../../tsconfig.client-types.json",
  dts: { generator: "tsgo" },
  sourcemap: false,
  fixedExtension: false,
  // Otherwise the declarations keep a bare `import "zod"`, which a gateway has not installed.
  treeshake: { moduleSideEffects: false },
  // `tsc -b` keeps its own output in dist/types.
  clean: false,
  inputOptions: { resolve: { conditionNames: ["@keepsake/source", "import", "default"] } },
};

export default defineConfig([
  // One file and one declaration file; the workspace's own packages are inside, so that a gateway installs this one only.
  { ...shared, entry: ["src/index.ts"], deps: { alwaysBundle: [/^@keepsake\//], neverBundle: [/^zod/] } },
  // The adapters know the client by its name, and so have nothing of it inside.
  { ...shared, entry: ["src/ai-sdk.ts", "src/ollama.ts"], deps: { neverBundle: ["@keepsake/client", "ai", "ollama"] } },
]);
