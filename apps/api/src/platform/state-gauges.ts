import { withDeadline } from "@keepsake/db";
import { addGauge } from "./metrics.ts";
import type { Services } from "./services.ts";

/** A scraper gives up after ten seconds, and then has no figure at all. */
const DEADLINE_MS = 2_000;

/** Adds how database, model and queue are at the moment. */
export function addStateGauges({ metrics, ping, database, embeddings, jobs, backups }: Services): void {
  addGauge(metrics, {
    name: "keepsake_database_up",
    help: "1 while the database answers within two seconds.",
    read: () =>
      ping(DEADLINE_MS).then(
        () => 1,
        () => 0,
      ),
  });
  addGauge(metrics, {
    name: "keepsake_database_reopenings",
    help: "How often the embedded database broke or hung and was opened again since the start.",
    read: async () => database.reopenings,
  });
  addGauge(metrics, {
    name: "keepsake_database_durable",
    help: "1 while PostgreSQL syncs before it acknowledges, 0 when a power cut may lose what was acknowledged.",
    read: async () => Number(database.durabilityProblem === null),
  });
  addGauge(metrics, {
    name: "keepsake_queue_waiting",
    help: "Background jobs that wait to be taken. Missing while the database does not answer.",
    read: () => withDeadline(jobs.countWaiting(), DEADLINE_MS),
  });
  addGauge(metrics, {
    name: "keepsake_backup_age_seconds",
    help: "Since the snapshot of the last good backup. Missing where there is none.",
    read: async () => ageOf((await backups.status()).lastGood?.createdAt),
  });
  addGauge(metrics, {
    name: "keepsake_backup_failing",
    help: "1 while the last backup failed, or the last good one is older than 36 hours. Missing where there are none.",
    read: async () => {
      const { state, warning } = await backups.status();
      return state === "off" ? null : Number(warning !== null);
    },
  });
  if (embeddings === null) return;
  addGauge(metrics, {
    name: "keepsake_embeddings_up",
    help: "1 while the embedding model answers. Missing where none is configured.",
    read: async () => {
      const { available } = await embeddings.queries.health({ signal: AbortSignal.timeout(DEADLINE_MS) });
      return Number(available);
    },
  });
}

const ageOf = (at: Date | undefined): number | null => (at === undefined ? null : (Date.now() - at.getTime()) / 1000);
