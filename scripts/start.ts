// `pnpm start`: builds the server when its sources have changed, then serves in this process until it is told to stop.
import { loadEnvFile } from "./load-env-file.ts";
import { buildServer } from "./start/build-server.ts";
import { watchAncestors } from "./start/watch-ancestors.ts";

type Server = typeof import("../apps/api/src/main.ts");

const server = new URL("../apps/api/dist/main.js", import.meta.url);
loadEnvFile();
const signal = watchAncestors();

if (await buildServer(signal)) {
  process.setSourceMapsEnabled(true);
  const { run }: Server = await import(server.href);
  process.exitCode = await run({ env: process.env, signal });
} else {
  process.exitCode = 1;
}
