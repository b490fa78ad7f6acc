import { performance } from "node:perf_hooks";
import { runTool, secondsSince } from "../run-tool.ts";

const stillBuildingEveryMs = 10_000;

/**
 * Builds the server and what it needs, quietly unless it fails; what is unchanged comes out of turbo's cache.
 *
 * @returns false when it could not be built; the reason has been printed then
 */
export async function buildServer(signal: AbortSignal): Promise<boolean> {
  const startedMs = performance.now();
  console.error("Building the server …");
  const tellTime = () => console.error(`Still building, ${secondsSince(startedMs)} so far …`);
  const progress = setInterval(tellTime, stillBuildingEveryMs);
  const { succeeded, output } = await runTool(["turbo", "run", "build", "--filter=@keepsake/api"], { signal });
  clearInterval(progress);
  if (succeeded) console.error(`Built in ${secondsSince(startedMs)}.`);
  else console.error(signal.aborted ? "The command that started this has ended." : explainFailure(output));
  return succeeded;
}

/** turbo builds each package through pnpm, which is there under `npx pnpm@12 start` but not under plain `node`. */
function explainFailure(output: string): string {
  if (output.includes("package manager binary"))
    return "The server cannot be built without pnpm; run `npx pnpm@12 start`.";
  return `${output.trim()}\nThe server could not be built; what turbo said is above.`;
}
