import { KEEPSAKE_VERSION, type SystemStatus } from "@keepsake/contract";
import { embeddingsHealth } from "../platform/embeddings-health.ts";
import type { Services } from "../platform/services.ts";

/** The server's own account of itself. Asks the model only while its circuit is open or unknown. */
export async function systemStatus(services: Services): Promise<SystemStatus> {
  return {
    version: KEEPSAKE_VERSION,
    uptimeSeconds: Math.floor(process.uptime()),
    database: services.database,
    embeddings: await embeddingsStatus(services),
    backups: await services.backups.status(),
  };
}

async function embeddingsStatus({ embeddings, jobs }: Services): Promise<SystemStatus["embeddings"]> {
  if (!embeddings) {
    const problem = "Search goes by words alone: set OLLAMA_URL to search by meaning too.";
    return { state: "off", model: null, dimensions: null, problem, queued: 0 };
  }
  const { available, problem } = await embeddingsHealth(embeddings);
  const { model, dimensions } = embeddings.space;
  const queued = await jobs.countWaiting();
  return { state: available ? "on" : "unavailable", model, dimensions, problem, queued };
}
