import type { InputIssue } from "@keepsake/contract";
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

function describe(issue: Issue): InputIssue[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "is not a field of this call",
    }));
  }
  return [{ path, message: toSentencePart(issue) }];
}

function toSentencePart(issue: Issue): string {
  // zod leaves the input out of its issues, and tells an absent field by its message alone.
  if (issue.message.endsWith("received undefined")) return "is missing";
  if (issue.code === "invalid_type" && issue.expected === "int") return "must be a whole number";
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  if (issue.code === "invalid_value") return `must be one of: ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}${unit(issue.origin)}`;
  return issue.message;
}

function unit(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " items long" : "";
}

/** Faults that are told: whoever mends them sees the others. */
const ISSUES_MAX = 50;
/** Characters of a path: a key may be a megabyte long. */
const PATH_CHARS_MAX = 200;

/** Issues as they may travel: not too many, none too long. */
export const clipIssues = (issues: readonly InputIssue[]): InputIssue[] => issues.slice(0, ISSUES_MAX).map(clip);

const clip = ({ path, message }: InputIssue): InputIssue => ({
  path: path.length > PATH_CHARS_MAX ? `${path.slice(0, PATH_CHARS_MAX)}…` : path,
  message,
});

const CUSTOM = /^must |^the key /;

/** The faults of a refused input with their fields, without the values themselves: each, or the first of many. */
export function toInputIssues(error: z.core.$ZodError): InputIssue[] {
  const issues = error.issues.flatMap((issue) =>
    CUSTOM.test(issue.message) ? [{ path: issue.path.map(String).join("."), message: issue.message }] : describe(issue),
  );
  return clipIssues(issues);
}

/** One sentence that names the first fault and how many more there are. */
export function toSentence(issues: readonly InputIssue[]): string {
  const [first] = issues;
  if (!first) return "The input is not valid.";
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see issues)` : "";
  return `${first.path === "" ? "The input" : `"${first.path}"`} ${first.message}${more}.`;
}
