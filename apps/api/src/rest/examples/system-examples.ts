import type { ExamplesOf } from "./example.ts";

export const systemExamples: ExamplesOf<"system"> = {
  status: {
    input: {},
    output: {
      version: "0.1.0",
      uptimeSeconds: 86_400,
      database: { home: "server", version: "16.10", pgvector: "0.8.0", durabilityProblem: null, reopenings: 0 },
      embeddings: { state: "on", model: "nomic-embed-text", dimensions: 384, problem: null, queued: 1 },
    },
  },
};
