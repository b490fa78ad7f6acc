import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { main: "src/main.ts", "health-check": "src/health-check.ts", keepsake: "src/command-line.ts" },
  platform: "node",
  fixedExtension: false,
  target: "node24",
  sourcemap: true,
  dts: false,
  inputOptions: { resolve: { conditionNames: ["@keepsake/source", "node", "import", "default"] } },
  // What server and command line share.
  outputOptions: { chunkFileNames: "shared-[hash].js" },
  // What the server gives out as it is; package.json's "imports" says where it is found. Of swagger-ui-dist no more than
  // this: the rest of it is ten megabytes of maps and variants.
  copy: [
    "openapi.json",
    ...["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"].map((name) => ({
      from: `node_modules/swagger-ui-dist/${name}`,
      to: "dist/swagger-ui",
    })),
  ],
  // devDependencies go into the bundle, dependencies stay in node_modules: one file starts in half the time of the same
  // code spread over node_modules; drizzle-orm alone costs a second. What has files of its own at run time stays there.
  deps: { alwaysBundle: [/^@keepsake\/db/], onlyBundle: false },
});
