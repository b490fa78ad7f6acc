/** A known fault of a package, as `pnpm audit --json` tells it. */
export interface Advisory {
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
}

/** A fault that is lived with for a while. */
export interface Exception {
  /** The advisory's address. */
  readonly url: string;
  /** Why it does no harm here. */
  readonly reason: string;
  /** Day from which it counts again, `2026-12-31`. */
  readonly until: string;
}

const SERIOUS = new Set(["high", "critical"]);

/**
 * Serious faults that no exception covers, and exceptions that are over, a sentence each.
 *
 * @param today `2026-11-30`
 */
export function judgeAdvisories(
  advisories: readonly Advisory[],
  exceptions: readonly Exception[],
  today: string,
): string[] {
  const isCovered = (url: string) => exceptions.some((one) => one.url === url && one.until > today);
  return advisories
    .filter(({ severity, url }) => SERIOUS.has(severity) && !isCovered(url))
    .map(({ module_name, severity, title, url }) => `${module_name}: ${title} (${severity}, ${url})`);
}

/** @returns null when the output holds no report, as without a network or of a registry that knows no advisories */
export function readReport(output: string): Advisory[] | null {
  try {
    const { advisories } = JSON.parse(output) as { advisories?: Record<string, Advisory> };
    return advisories ? Object.values(advisories) : null;
  } catch {
    return null;
  }
}
