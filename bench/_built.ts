import { fileURLToPath } from "node:url";
import { buildServer } from "../scripts/start/build-server.ts";

const toPath = (file: string) => fileURLToPath(new URL(`../apps/api/dist/${file}`, import.meta.url));

/** Node's arguments for what the image runs: loading the sources would take longer than what is measured. */
export const BUILT = {
  server: ["--enable-source-maps", toPath("main.js")],
  commandLine: ["--enable-source-maps", toPath("keepsake.js")],
} as const;

/** Builds what has changed, so that `BUILT` is there. */
export async function build(): Promise<void> {
  if (!(await buildServer(new AbortController().signal))) throw new Error("the server could not be built");
}
