import { CONTRACT_VERSION, KEEPSAKE_VERSION } from "@keepsake/contract";
import { defineCommand } from "../command.ts";

/** `keepsake version`. */
export const versionCommand = defineCommand({
  name: "version",
  summary: "tells the versions of Keepsake, of its contract and of Node",
  positionals: [],
  options: {},
  run: async ({ say }) => {
    say(`Keepsake ${KEEPSAKE_VERSION}, contract ${CONTRACT_VERSION}, Node ${process.versions.node}`);
    return 0;
  },
});
