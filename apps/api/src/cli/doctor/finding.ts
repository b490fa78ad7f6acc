/** How a check ended. `skip`: it does not apply here, or cannot be looked at from here. */
export type Level = "pass" | "warn" | "fail" | "skip";

/** What one check found. */
export interface Finding {
  /** What was looked at, in a word or two: the same for the same check in every run. */
  readonly check: string;
  readonly level: Level;
  readonly said: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
}

/** All is well. */
export const pass = (check: string, said: string): Finding => ({ check, level: "pass", said, fix: null });

/** It works, and may not for long, or is worse than it could be. */
export const warn = (check: string, said: string, fix: string): Finding => ({ check, level: "warn", said, fix });

/** Something can be lost, got at, or does not work. */
export const fail = (check: string, said: string, fix: string): Finding => ({ check, level: "fail", said, fix });

/** Nothing to look at here, and why. */
export const skip = (check: string, said: string): Finding => ({ check, level: "skip", said, fix: null });
