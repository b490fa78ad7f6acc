import { fileURLToPath } from "node:url";

const toPath = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** Node's arguments for the server and the command line. */
interface Programs {
  readonly server: readonly string[];
  readonly commandLine: readonly string[];
}

/** What the image runs, once `turbo run build` has made it. */
export const BUILT: Programs = {
  server: ["--enable-source-maps", toPath("apps/api/dist/main.js")],
  commandLine: ["--enable-source-maps", toPath("apps/api/dist/keepsake.js")],
};

/** Whatever the sources say now; each start takes some seconds more. */
export const FROM_SOURCE: Programs = {
  server: ["--conditions=@keepsake/source", toPath("apps/api/src/main.ts")],
  commandLine: ["--conditions=@keepsake/source", toPath("scripts/keepsake.ts")],
};

/** What tests start: the built one when whoever runs them has built it, as `pnpm test` does, else the sources. */
export const programs = (): Programs => (process.env["KEEPSAKE_TEST_BUILT"] === "yes" ? BUILT : FROM_SOURCE);
