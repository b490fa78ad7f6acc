import { type Finding, fail, pass, skip } from "./finding.ts";

const DEADLINE_MS = 5_000;
const CHECK = "damage";

/** What `/readyz` says of the database; none from an answer that is not a Keepsake's. */
interface Answer {
  readonly database?: { readonly damageProblem?: string | null };
}

/** Whether calls of the server that runs have met damaged data: nothing else looks at the pages. */
export async function examineDamage(url: string, token: string | null): Promise<Finding> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const answer = await fetch(`${url}/readyz`, { headers, signal }).catch(() => null);
  if (answer === null) return skip(CHECK, "no server runs here that could have met damaged data");
  if (answer.status === 401) return skip(CHECK, "the server's /readyz asks for a token: set KEEPSAKE_TOKEN to one");
  return judgeDamage(((await answer.json().catch(() => ({}))) as Answer).database?.damageProblem);
}

/** @param problem as the server tells it: null for none, undefined by a server that does not */
function judgeDamage(problem: string | null | undefined): Finding {
  if (problem === undefined) return skip(CHECK, "the server does not tell whether its calls met damaged data");
  if (problem === null) return pass(CHECK, "no call since the server's start has met damaged data");
  return fail(
    CHECK,
    problem,
    "Look at the disk, stop the server, and restore the newest good backup (docs/backups.md).",
  );
}
