import { createClient, type KeepsakeClient } from "@keepsake/client";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import type { DatabaseConfig } from "../../packages/db/src/index.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { startLossyProxy } from "./lossy-proxy.ts";

const MUTATIONS = { full: 10_000, short: 400 };
const LOST_SHARE = 0.05;
const CALLERS = 8;
const USER = "caller";

/** What a client does of its own accord: it gives each call a key, and sends it again when nobody answers. */
export const drill: Drill = {
  name: "lost-answers",
  title: "One call in twenty gets no answer, and the client sends it again",
  homes: ["embedded", "postgres"],
  run: (options) => tryOut(options),
  controls: [
    {
      title: "the server does not look at keys",
      homes: ["embedded", "postgres"],
      run: (options) => tryOut(options, { areKeysOff: true }),
    },
  ],
};

const KEYS_OFF: Sabotage = {
  file: "apps/api/src/platform/idempotency.ts",
  find: "if (call.key === undefined) return runAudited(actor, tx, call, effect);",
  replace: "if (call.key !== null) return runAudited(actor, tx, call, effect);",
};

async function tryOut({ full, log }: DrillOptions, { areKeysOff = false } = {}): Promise<Outcome> {
  await using database = await createTestDatabase();
  const mutations = full ? MUTATIONS.full : MUTATIONS.short;
  const failed: string[] = [];
  let lost = { lostCalls: 0, lostAnswers: 0 };
  {
    await using server = await startDrillServer(database.config, {}, areKeysOff ? [KEYS_OFF] : []);
    await using proxy = await startLossyProxy(server.url, LOST_SHARE);
    const client = createClient({ url: proxy.url, userId: USER, timeoutMs: 60_000 });
    await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => call(client, caller, mutations / CALLERS, failed, log)),
    );
    lost = proxy;
    server.process.kill("SIGTERM");
    await server.process.ended;
  }
  const { missing, doubled } = await compare(database.config, mutations);
  return {
    counts: {
      mutations,
      "calls lost on their way": lost.lostCalls,
      "answers lost on their way": lost.lostAnswers,
      failed: failed.length,
      lost: missing,
      doubled,
    },
    failures: [
      ...failed.slice(0, 5),
      ...(missing > 0 ? [`${missing} acknowledged mutations are not there`] : []),
      ...(doubled > 0 ? [`${doubled} mutations happened twice`] : []),
    ],
  };
}

/** Messages: the same words said twice are two, unless the key says otherwise. */
async function call(
  client: KeepsakeClient,
  caller: number,
  times: number,
  failed: string[],
  log: DrillOptions["log"],
): Promise<void> {
  const message = { sessionId: `s${caller}`, role: "user" as const };
  for (let time = 0; time < times; time++) {
    try {
      await client.conversation.append.mutate({ ...message, content: `said ${caller}-${time}` });
    } catch (error) {
      failed.push(`said ${caller}-${time} failed: ${error}`);
    }
    if (time % 500 === 499) log(`caller ${caller}: ${time + 1} calls`);
  }
}

async function compare(database: DatabaseConfig, mutations: number): Promise<{ missing: number; doubled: number }> {
  return lookInto(database, async (sql) => {
    const [row] = await sql`select count(*)::int as rows, count(distinct content)::int as said
      from conversations where user_id = ${USER}`;
    const [rows, said] = [Number(row?.["rows"]), Number(row?.["said"])];
    return { missing: mutations - said, doubled: rows - said };
  });
}
