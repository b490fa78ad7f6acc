import { accessTrials } from "./access.ts";
import { connectionTrials } from "./connections.ts";
import { NOT_FROM_OUTSIDE } from "./elsewhere.ts";
import { inputTrials } from "./hostile-input.ts";
import { poisoningTrials } from "./poisoning.ts";
import { repeatTrials } from "./repeats.ts";
import type { Target } from "./target.ts";
import { assertHealthy, type Trial } from "./trial.ts";

/** Floods last, since the limit that they run into holds for the run's own token. */
const TRIALS: readonly Trial[] = [
  ...repeatTrials,
  ...inputTrials,
  ...accessTrials,
  ...poisoningTrials,
  ...connectionTrials,
];

/** How many cases did what. */
export interface TrialCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Tries every case of docs/faults.md that can be tried from outside, and says of each what came of it. */
export async function tryAll(target: Target, say: (line: string) => void): Promise<TrialCounts> {
  const counts: TrialCounts = { passed: 0, failed: 0, skipped: 0 };
  await assertHealthy(target);
  await assertLetIn(target);
  for (const trial of TRIALS) await tryOne(target, trial, counts, say);
  for (const [number, why] of NOT_FROM_OUTSIDE) {
    counts.skipped += 1;
    say(`${number} skipped: ${why}`);
  }
  await cleanUp(target);
  return counts;
}

/** @throws Error when the server takes no call of this run's: every case would fail for that alone */
async function assertLetIn(target: Target): Promise<void> {
  const { url, token } = target;
  const { status } = await target.send("/memory/stats", { method: "GET" });
  // An address that came with too many bad tokens gets 429 for a minute; a good token is never held up by that.
  if (status === 429)
    throw new Error(`${url.origin} answers 429: set KEEPSAKE_TOKEN to a good token, or wait a minute.`);
  if (status !== 401) return;
  if (token === null)
    throw new Error(`${url.origin} asks for a token: set KEEPSAKE_TOKEN to one of an admin or a gateway.`);
  throw new Error(
    `${url.origin} does not take this token: set KEEPSAKE_TOKEN to one of an admin or a gateway that is good.`,
  );
}

async function tryOne(target: Target, { number, title, run }: Trial, counts: TrialCounts, say: (line: string) => void) {
  try {
    const whyNot = await run(target);
    await assertHealthy(target);
    counts[whyNot === undefined ? "passed" : "skipped"] += 1;
    say(
      `${number} ${whyNot === undefined ? "passed" : "skipped"}: ${title}${whyNot === undefined ? "" : ` (${whyNot})`}`,
    );
  } catch (error) {
    counts.failed += 1;
    say(`${number} FAILED: ${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An admin's token erases both users; others forget what they have added. */
async function cleanUp(target: Target): Promise<void> {
  for (const user of [target.one, target.other]) {
    const erased = await target.send("/system/eraseUser", { user, body: { confirm: user } });
    if (erased.status === 200) continue;
    const { json } = await target.send("/memory/list", { user, body: { limit: 200 } });
    for (const { id } of (json as { items?: { id: string }[] }).items ?? []) {
      await target.send("/memory/forget", { user, body: { id } });
    }
    await target.send("/cache/clear", { user, body: { all: true } });
  }
}
