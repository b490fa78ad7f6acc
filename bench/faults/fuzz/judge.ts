import { isErrorReason } from "../../../packages/contract/src/index.ts";
import type { FuzzAnswer, FuzzCall } from "./fuzz-call.ts";

/** What an answer may be: right, the caller's mistake, or too much at once. */
const STATUSES: readonly number[] = [200, 400, 404, 409, 412, 413, 414, 429, 503];
/** The only ways to be unavailable that a healthy server has. */
const BUSY: readonly string[] = ["OVERLOADED", "DATABASE_UNAVAILABLE"];
/** What shows the inside: stacks, SQL, paths of the machine. */
const INSIDE =
  /node_modules|\.ts:\d|\.js:\d|\bat \w+ \(|\bselect .* from |insert into|\$\d+ ?[,)]|violates|relation "/i;
/** Mistakes that are about no field. */
const WITHOUT_FIELD =
  /wrapped|not valid JSON|not valid UTF-8|nests deeper|does not fit its|percent-encoded|valid HTTP|tRPC's form/;

interface WireError {
  readonly message: string;
  readonly data: {
    readonly httpStatus: number;
    readonly reason: unknown;
    readonly requestId: unknown;
    readonly issues?: readonly unknown[];
  };
}

/** What is wrong with an answer, in a sentence; null when nothing is. */
export function judge({ status, text }: FuzzAnswer, canary: string): string | null {
  if (status === 0) return `no answer: ${text}`;
  if (text.includes(canary)) return "shows what another user has stored";
  if (!STATUSES.includes(status)) return `answered ${status}: ${text.slice(0, 400)}`;
  if (status === 200) return null;
  const error = readError(text);
  if (!error) return `refused in another form than all errors have: ${text.slice(0, 400)}`;
  return judgeError(error, status);
}

function judgeError({ message, data }: WireError, status: number): string | null {
  if (INSIDE.test(message)) return `tells of the inside: ${message}`;
  if (data.httpStatus !== status || !isErrorReason(data.reason)) return `an error that contradicts itself: ${message}`;
  if (typeof data.requestId !== "string") return `an error without a request id: ${message}`;
  if (status === 503 && !BUSY.includes(data.reason)) return `unavailable for no reason: ${message}`;
  if (message.includes("cannot store")) return "the database refused what the contract let pass";
  const namesField = (data.issues?.length ?? 0) > 0 || WITHOUT_FIELD.test(message);
  return status === 400 && !namesField ? `a mistake without its field: ${message}` : null;
}

function readError(text: string): WireError | null {
  try {
    const { error } = JSON.parse(text) as { error?: WireError | { json: WireError } };
    const shape = error && "json" in error ? error.json : error;
    return typeof shape?.message === "string" && typeof shape.data === "object" ? shape : null;
  } catch {
    return null;
  }
}

/** An answer without its wrapper; null for lines of an export. */
export function readAnswer({ face }: FuzzCall, text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return face === "trpc" ? (parsed as { result: { data: { json: unknown } } }).result.data.json : parsed;
  } catch {
    return null;
  }
}
