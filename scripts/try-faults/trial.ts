import type { Answer, Target } from "./target.ts";

/** One case of docs/faults.md, tried. */
export interface Trial {
  /** Such as `F51`. */
  readonly number: string;
  readonly title: string;
  /**
   * @returns why it cannot be tried on this server; nothing when it was
   * @throws Error with what was expected and what came
   */
  run(target: Target): Promise<string | undefined>;
}

/** What no answer may tell. */
const INSIDES = /node_modules|\bat .+\.[jt]s:\d|\bselect\b.+\bfrom\b|\binsert into\b|PostgresError/i;

/** @throws Error unless the answer is a refusal with one of these statuses, in the form of all errors */
export function assertRefused(what: string, answer: Answer, ...statuses: number[]): void {
  if (!statuses.includes(answer.status)) {
    throw new Error(`${what}: ${statuses.join(" or ")} was due, ${answer.status} came: ${answer.text.slice(0, 200)}`);
  }
  const data = errorOf(answer);
  if (typeof data?.reason !== "string" || typeof data.requestId !== "string") {
    throw new Error(`${what}: an error without reason and request id: ${answer.text.slice(0, 200)}`);
  }
  if (INSIDES.test(answer.text)) throw new Error(`${what}: the answer tells of the server's insides`);
}

interface ErrorData {
  readonly reason?: unknown;
  readonly requestId?: unknown;
}

function errorOf({ json }: Answer): ErrorData | undefined {
  const first = Array.isArray(json) ? json[0] : json;
  const { error } = (first ?? {}) as { error?: { data?: ErrorData; json?: { data?: ErrorData } } };
  return error?.json?.data ?? error?.data;
}

/** @throws Error unless it holds */
export function assertThat(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}

/** @throws Error when the server does not answer any more */
export async function assertHealthy(target: Target): Promise<void> {
  const { status } = await target.send("/healthz", { method: "GET" });
  assertThat(status === 200, `afterwards /healthz answers ${status}`);
}
