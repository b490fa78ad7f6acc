import { distance } from "fastest-levenshtein";
import type { Environment } from "./config.ts";
import { CONFIG_VARIABLES } from "./config-variables.ts";

/** Letters added, left out or changed, at most, for a name to be taken for a slip of another. */
const SLIPS_MAX = 2;
/** Shorter names are near to too many others: `PORT` to `SORT`. */
const NAME_CHARS_MIN = 8;

/**
 * What is probably not as it was meant, and can still be started with: a sentence each.
 *
 * @param environment all variables of the process, those of other programs among them
 */
export function configWarnings(environment: Environment): string[] {
  return [...shadowedHost(environment), ...Object.keys(environment).flatMap(misspelt)];
}

function shadowedHost({ DATABASE_URL, POSTGRES_HOST }: Environment): string[] {
  return DATABASE_URL && POSTGRES_HOST ? ["POSTGRES_HOST is not used, because DATABASE_URL is set."] : [];
}

/** Without this, a setting whose name has a slip is silently not made. */
function misspelt(name: string): string[] {
  if (name.length < NAME_CHARS_MIN || CONFIG_VARIABLES.some((known) => known.name === name)) return [];
  const near = CONFIG_VARIABLES.find((known) => distance(known.name, name) <= SLIPS_MAX);
  return near ? [`${name} is not a variable of Keepsake, and has no effect: was ${near.name} meant?`] : [];
}

const OTHERS_READ = 0o007;
/** Docker and Podman put secrets there, readable within the container alone. */
export const CONTAINER_SECRETS = "/run/secrets/";

/**
 * Files of secrets that every user of this machine may read, a sentence each.
 *
 * @param modeOf gives a file's permission bits, or null where it is not
 */
export function secretFileWarnings(environment: Environment, modeOf: (path: string) => number | null): string[] {
  return CONFIG_VARIABLES.flatMap(({ name }) => {
    const path = name.endsWith("_FILE") ? environment[name] : undefined;
    if (!path || path.startsWith(CONTAINER_SECRETS) || ((modeOf(path) ?? 0) & OTHERS_READ) === 0) return [];
    return [`${name} names a file that every user of this machine may read: chmod 600 ${path}`];
  });
}
