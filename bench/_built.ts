import { buildServer } from "../scripts/start/build-server.ts";

/** Builds what has changed, and has it started from then on: loading the sources would take longer than what is measured. */
export async function build(): Promise<void> {
  if (!(await buildServer(new AbortController().signal))) throw new Error("the server could not be built");
  process.env["KEEPSAKE_TEST_BUILT"] = "yes";
}
