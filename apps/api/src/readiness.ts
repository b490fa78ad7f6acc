import { embeddingsHealth } from "./platform/embeddings-health.ts";
import type { Services } from "./platform/services.ts";

interface Part {
  ok: boolean;
  /** What is wrong and what to do; null when all is well. */
  reason: string | null;
}

/**
 * Each part of the server. Embeddings may be missing and the server is still ready: it finds by words. Neither is it less
 * ready for a backup that is missing, which somebody should look after.
 */
export interface Readiness {
  ready: boolean;
  database: Part & {
    /** Why what is acknowledged may be lost when the power is cut; null when it is not. Such a server is ready still. */
    durabilityProblem: string | null;
    /** Why a damaged page of data would be read as it is; null when it would be noticed, and on the embedded home. */
    checksumProblem: string | null;
    /** That data was found damaged since the start, and what to do; null while no call has met any. Not ready with it. */
    damageProblem: string | null;
    /** How often the embedded database was opened again since the start. */
    reopenings: number;
  };
  embeddings: Part & { state: "on" | "off" | "unavailable" };
  backups: Part & { state: "on" | "off" | "watched" };
}

const DATABASE_DEADLINE_MS = 2_000;

/** Asks every part how it is, each with a deadline. */
export async function readiness(services: Services): Promise<Readiness> {
  const [database, embeddings, backups] = await Promise.all([
    databasePart(services),
    embeddingsPart(services),
    backupsPart(services),
  ]);
  return { ready: database.ok, database, embeddings, backups };
}

async function databasePart({ ping, database }: Services): Promise<Readiness["database"]> {
  const { durabilityProblem, checksumProblem, damageProblem, reopenings } = database;
  const known = { durabilityProblem, checksumProblem, damageProblem, reopenings };
  try {
    await ping(DATABASE_DEADLINE_MS);
    return { ok: damageProblem === null, reason: damageProblem, ...known };
  } catch {
    return { ok: false, reason: "The database does not answer.", ...known };
  }
}

async function embeddingsPart({ embeddings }: Services): Promise<Readiness["embeddings"]> {
  if (!embeddings) return { state: "off", ok: true, reason: "OLLAMA_URL is not set: search goes by words alone." };
  const { available, problem } = await embeddingsHealth(embeddings, AbortSignal.timeout(DATABASE_DEADLINE_MS));
  return { state: available ? "on" : "unavailable", ok: available, reason: problem };
}

async function backupsPart({ backups }: Services): Promise<Readiness["backups"]> {
  const { state, warning } = await backups.status();
  return { state, ok: warning === null, reason: warning };
}
