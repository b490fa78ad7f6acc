import { loadModule, parseSync } from "libpg-query";
import { type Reach, reachOf } from "./_statement-isolation.ts";

await loadModule();

const judged = new Map<string, Reach>();

function judge(sql: string): Reach {
  const known = judged.get(sql);
  if (known) return known;
  const reach = parsed(sql);
  judged.set(sql, reach);
  return reach;
}

function parsed(sql: string): Reach {
  try {
    return reachOf(parseSync(sql).stmts ?? []);
  } catch (error) {
    return { faults: [`it cannot be read: ${error instanceof Error ? error.message : error}`], users: [] };
  }
}

/**
 * Why a statement could reach rows of a user that it is not about: see `reachOf`. All parameters that it takes for the
 * user have to have one value.
 *
 * @returns a sentence each; none for a statement that is as it should be
 */
export function isolationFaults(sql: string, parameters: readonly unknown[] = []): string[] {
  const { faults, users } = judge(sql);
  const values = new Set(users.map((number) => parameters[number - 1]));
  if (values.size > 1) return [...faults, `it takes ${values.size} values for the user`];
  return [...faults];
}

/** Collects every statement that the server under test sends. */
export class StatementRecorder {
  readonly #faults = new Map<string, readonly string[]>();
  statements = 0;

  readonly record = (sql: string, parameters: readonly unknown[]): void => {
    this.statements += 1;
    const faults = isolationFaults(sql, parameters);
    if (faults.length > 0) this.#faults.set(sql, faults);
  };

  /** @throws when a statement could have reached another user's rows */
  assertIsolated(): void {
    if (this.#faults.size === 0) return;
    const list = [...this.#faults].map(([sql, faults]) => `${faults.join("; ")}:\n${sql}`);
    throw new Error(`statements on user tables that are not held to their user:\n${list.join("\n---\n")}`);
  }
}
