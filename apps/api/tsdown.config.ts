import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/main.ts"],
  platform: "node",
  fixedExtension: false,
  target: "node24",
  sourcemap: true,
  dts: false,
  inputOptions: { resolve: { conditionNames: ["@keepsake/source", "node", "import", "default"] } },
  // One file starts in half the time of the same code spread over node_modules; drizzle-orm alone costs a second.
  deps: {
    alwaysBundle: [
      /^@keepsake\//,
      /^@trpc\//,
      /^drizzle-orm/,
      "postgres",
      "superjson",
      "uuid",
      "zod",
      "ollama",
      "cockatiel",
      "lru-cache",
    ],
  },
});
