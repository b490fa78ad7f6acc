import { runCommandLine } from "../apps/api/src/cli/run-command-line.ts";
import { loadEnvFile } from "./load-env-file.ts";

// `pnpm keepsake COMMAND`: the command line of apps/api/src/cli from its sources, with the variables of .env.
loadEnvFile();
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
