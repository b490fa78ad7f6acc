import { existsSync } from "node:fs";
import type postgres from "postgres";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

const SKEW_S = { warn: 2, fail: 60 };
const NTP = "Switch time synchronisation on: sudo timedatectl set-ntp true";

/** @param skewMs this machine's clock less the database's */
export function judgeSkew(skewMs: number): Finding {
  const seconds = Math.abs(skewMs) / 1000;
  const said = `this clock is ${seconds.toFixed(1)} s ${skewMs < 0 ? "behind" : "ahead of"} the database's`;
  if (seconds < SKEW_S.warn) return pass("clock", "this clock and the database's agree");
  return seconds < SKEW_S.fail ? warn("clock", said, NTP) : fail("clock", said, NTP);
}

/** Compares with the database's clock, half-way between asking and the answer. */
export async function examineSkew(sql: postgres.Sql): Promise<Finding> {
  const askedMs = Date.now();
  const [row] = await sql<[{ ms: number }]>`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
  return judgeSkew((askedMs + Date.now()) / 2 - row.ms);
}

/** Whether systemd says that the clock is kept right. Other systems keep it in ways that no file tells. */
export function examineSynchronisation(): Finding {
  if (existsSync("/run/systemd/timesync/synchronized")) return pass("clock", "this clock is synchronised");
  if (!existsSync("/run/systemd/timesync"))
    return skip("clock", "nothing here tells whether the clock is synchronised");
  return warn("clock", "this clock is not synchronised yet", NTP);
}

/** A zone whose name has a slip is taken for UTC without a word, and "at half past two" is another time then. */
export function examineTimeZone(wanted: string | undefined): Finding {
  if (wanted === undefined || wanted === "") {
    return pass("time zone", `${Intl.DateTimeFormat().resolvedOptions().timeZone}, this machine's`);
  }
  try {
    return pass("time zone", new Intl.DateTimeFormat("en", { timeZone: wanted }).resolvedOptions().timeZone);
  } catch {
    return fail("time zone", `TZ=${wanted} is no time zone`, "Name one such as Europe/Warsaw.");
  }
}
