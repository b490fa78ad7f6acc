#!/usr/bin/env -S node --enable-source-maps
import { runCommandLine } from "./cli/run-command-line.ts";

// `keepsake` in the image, and `node dist/keepsake.js`. scripts/keepsake.ts is the same from the sources.
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
