import { defineConfig } from "tsdown";

// Only the worker is a file of its own at run time. Everything else of this package goes into its callers' bundles.
export default defineConfig({
  entry: { "embedded-worker": "src/embedded/embedded-worker.ts" },
  platform: "node",
  target: "node24",
  sourcemap: true,
  dts: false,
  fixedExtension: false,
  // dist/types is the compiler's.
  clean: false,
});
