import { createClient } from "@keepsake/client";
import { createTestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { databaseEnvironment, freePort } from "../_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "../_sabotage.ts";
import { type Choice, type Door, type Findings, findLeaks, recordCounts } from "./find-leaks.ts";
import { arrangeVictim, VICTIM } from "./victim.ts";

const ADMIN_TOKEN = "the-admin-token-of-a-leaking-server";

/**
 * Attacks a server of its own, as a person starts it, with these faults in its source; with none of them it is the real
 * one, and has no leaks.
 */
export async function attackServer(sabotages: readonly Sabotage[], choice: Choice): Promise<Findings> {
  await using database = await createTestDatabase();
  await using ollama = await startFakeOllama();
  const PORT = String(await freePort());
  await using _server = await startSabotaged(sabotages, {
    ...databaseEnvironment(database.config),
    PORT,
    OLLAMA_URL: ollama.url,
    EMBEDDING_QUERY_TIMEOUT_MS: "60000",
    CACHE_SEMANTIC: "on",
    KEEPSAKE_ADMIN_TOKEN: ADMIN_TOKEN,
    LOG_LEVEL: "error",
    // Nobody is to be told to come back later.
    LIMIT_CALLS_PER_SECOND: "100000",
    LIMIT_CALLS_PER_MINUTE: "1000000",
    LIMIT_EVENT_LOOP_DELAY_MS: "10000",
  });
  const door = await openDoor(`http://127.0.0.1:${PORT}`);
  // What leaks would make its own victims of the attackers here.
  const before = sabotages.length === 0 ? await recordCounts(door) : new Map<string, string>();
  const client = createClient({ url: door.url, userId: VICTIM, token: door.gatewayToken, timeoutMs: 60_000 });
  const known = await arrangeVictim(client, async () => {});
  const victimIds = new Set([known.memoryId, known.forgottenMemoryId, known.exampleId, known.answerId]);
  return await findLeaks({ door, known, victimIds, before }, choice);
}

async function openDoor(url: string): Promise<Door> {
  const admin = createClient({ url, token: ADMIN_TOKEN });
  const { token } = await admin.system.createToken.mutate({ label: "a gateway", role: "gateway" });
  return { url, gatewayToken: token ?? "", adminToken: ADMIN_TOKEN };
}
