import type { Operation } from "@trpc/client";
import { uuidV7 } from "./uuid-v7.ts";

/** Mutations that take no key: to look an answer up counts every time; what is erased twice, or begun twice, is once. */
export const WITHOUT_KEY: readonly string[] = ["cache.lookup", "system.eraseUser", "system.backup"];

/**
 * Gives a mutation an idempotency key of its own, unless its caller has: however often it is sent, it happens once.
 *
 * @param nowMs epoch milliseconds
 */
export function withKey(operation: Operation, nowMs: number): Operation {
  const { type, path, input } = operation;
  if (type !== "mutation" || WITHOUT_KEY.includes(path)) return operation;
  // What is no object is not for us to change: the server says what is wrong with it.
  if (input !== undefined && !isRecord(input)) return operation;
  if (input?.["idempotencyKey"] !== undefined) return operation;
  return { ...operation, input: { ...input, idempotencyKey: uuidV7(nowMs) } };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
