import { setTimeout as delay } from "node:timers/promises";
import { sqlStateOf } from "./database-failure.ts";

/** What PostgreSQL ends one of two transactions with, so that the other may go on: the same again may well work. */
const GAVE_WAY = new Set(["40P01", "40001"]);
const RETRIES_MAX = 3;
/** The wait before a retry is up to so much, and up to twice that the next time; milliseconds. */
const PAUSE_MS = 20;

/**
 * Does a piece of work that is one transaction, up to three times more where PostgreSQL gave it up for another one
 * (deadlock, serialization failure). What is given up has left nothing behind.
 *
 * @throws the last failure; a deadlock then is a 503
 */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === RETRIES_MAX || !GAVE_WAY.has(sqlStateOf(error) ?? "")) throw error;
    }
    // At random, so that two that met do not meet again.
    await delay(Math.random() * PAUSE_MS * 2 ** attempt);
  }
}
