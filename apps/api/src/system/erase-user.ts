import type { ErasedUser, EraseUserInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { type AuditDetails, auditServer } from "../platform/audit.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services } from "../platform/services.ts";
import { hashSecret } from "../platform/token-text.ts";
import { ensureUser } from "../platform/users.ts";
import { ERASED_TABLES, erasePage, holdMark, listUnfinished, markErasing, removeUser } from "./erasure-store.ts";

/** Rows of one transaction: few enough that on the embedded home, which does one thing at a time, nobody waits long. */
const PAGE_ROWS = 1_000;
/** An erasure that is older is taken up, whoever began it: two at once get into nobody's way. */
const UNFINISHED_AFTER_SECONDS = 60;

/** Beside the callers' connections: it takes longer than a call of theirs may. */
type Means = Pick<Services, "backgroundDb" | "jobs" | "doorkeeper" | "pendingWrites">;

/**
 * Erases everything of the call's user, for good, from every table. First the user is marked: from then on the database
 * refuses its writes, and an interrupted erasure is finished by the next server. Then its rows go in pages, and at the end
 * what is left of its name, at once. Reading meanwhile finds less and less.
 *
 * @throws DomainError `INVALID_INPUT` when `confirm` is not the user of the call
 */
export async function eraseUser(actor: Actor, means: Means, { confirm }: EraseUserInput): Promise<ErasedUser> {
  if (confirm !== actor.userId) throw notConfirmed();
  await means.backgroundDb.transaction((tx) => ensureUser(actor, tx));
  await means.backgroundDb.transaction(async (tx) => {
    await markErasing(actor, tx);
    // Who began it: after a kill, a server may be the one that ends it.
    await auditErasure(actor, tx, means, { begun: true });
  });
  return { rows: await eraseMarked(actor, means) };
}

function notConfirmed(): DomainError {
  const message = "must be the user that x-keepsake-user names";
  return new DomainError("INVALID_INPUT", `"confirm" ${message}: nothing was erased.`, {
    issues: [{ path: "confirm", message }],
  });
}

/**
 * Finishes the erasures that were interrupted.
 *
 * @returns how many users are gone now
 */
export async function finishErasures(means: Means, signal: AbortSignal): Promise<number> {
  const unfinished = await listUnfinished(means.backgroundDb, UNFINISHED_AFTER_SECONDS);
  let finished = 0;
  for (const actor of unfinished) {
    if (signal.aborted) break;
    await eraseMarked(actor, means, signal);
    finished += 1;
  }
  return finished;
}

async function eraseMarked(actor: Actor, means: Means, signal?: AbortSignal): Promise<number> {
  // Turns that were answered before they were saved: the mark has them given up, and none comes after the end.
  await means.pendingWrites.endedOf(actor);
  let rows = 0;
  for (const table of ERASED_TABLES) {
    rows += await untilNoneIsLeft(() => {
      signal?.throwIfAborted();
      return means.backgroundDb.transaction(async (tx) =>
        // Somebody else may have come to the end meanwhile.
        (await holdMark(actor, tx, "share")) ? erasePage(actor, tx, table, PAGE_ROWS) : 0,
      );
    });
  }
  rows += await finish(actor, means, rows);
  means.doorkeeper.tokensChanged();
  return rows;
}

/** The last transaction: what background work has written beside the pages, jobs, tokens, and the register. */
async function finish(actor: Actor, means: Means, before: number): Promise<number> {
  const { backgroundDb, jobs } = means;
  return backgroundDb.transaction(async (tx) => {
    let rows = 0;
    // Before the rows, as the pages do: two who lock in another order wait for each other.
    if (!(await holdMark(actor, tx, "update"))) return rows;
    for (const table of ERASED_TABLES) rows += await untilNoneIsLeft(() => erasePage(actor, tx, table, PAGE_ROWS));
    rows += await jobs.removeOf(tx, actor.userId);
    if (await removeUser(actor, tx)) {
      await auditErasure(actor, tx, means, { rows: before + rows });
    }
    return rows;
  });
}

/**
 * The trail of the server keeps that a user was erased, under a keyed hash: whoever knows the name can ask for it, and
 * nobody reads it.
 */
async function auditErasure(actor: Actor, tx: Transaction, { doorkeeper }: Means, facts: AuditDetails): Promise<void> {
  const user = hashSecret(actor.userId, doorkeeper.tokenKey).slice(0, 16);
  await auditServer(actor, tx, { procedure: "system.eraseUser", details: { user, ...facts }, answer: null });
}

/** @returns the rows of all pages */
async function untilNoneIsLeft(page: () => Promise<number>): Promise<number> {
  let rows = 0;
  for (let erased = await page(); erased > 0; erased = await page()) rows += erased;
  return rows;
}
