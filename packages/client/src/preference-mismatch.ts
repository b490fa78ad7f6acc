import type { InputIssue } from "@keepsake/contract/errors";
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A value that does not fit the schema of its key: one that was to be set, or one that is stored. */
export class PreferenceMismatchError extends Error {
  override readonly name = "PreferenceMismatchError";
  /** The preference's key. */
  readonly key: string;
  /** Each fault with its place inside of the value; an empty path is the value as a whole. */
  readonly issues: readonly InputIssue[];

  constructor(key: string, where: "given" | "stored", issues: readonly InputIssue[]) {
    const faults = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
    super(`The value ${where === "given" ? "given for" : "stored under"} "${key}" does not fit its schema: ${faults}`);
    this.key = key;
    this.issues = issues;
  }
}

/**
 * What a schema makes of a value.
 *
 * @throws PreferenceMismatchError
 */
export async function parseWith(
  schema: StandardSchemaV1,
  key: string,
  value: unknown,
  where: "given" | "stored",
): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues) throw new PreferenceMismatchError(key, where, result.issues.map(toIssue));
  return result.value;
}

function toIssue({ path = [], message }: StandardSchemaV1.Issue): InputIssue {
  const steps = path.map((step) => String(typeof step === "object" ? step.key : step));
  return { path: steps.join("."), message };
}
