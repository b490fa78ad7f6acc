import { type SQL, sql } from "drizzle-orm";
import { UNSAID_TRUST_MAX } from "../platform/unsaid.ts";

// Candidates are few. Without a share of their own, what people said would not even be among them where a tool or the
// assistant has written the same conclusion five hundred times.

/** The place of a row, among what people said or among what nobody said, by columns of these names. */
export const placeAmongItsKind = (trust: SQL, score: SQL, id: SQL): SQL => sql`row_number() over (
  partition by ${trust} <= ${sql.raw(String(UNSAID_TRUST_MAX))} order by ${score} desc, ${id} desc) as place`;

/** Whether a row with `trust` and `place` is among the candidates. */
export const isWithin = (limit: number, unsaidMax: number): SQL =>
  sql`place <= case when trust <= ${sql.raw(String(UNSAID_TRUST_MAX))} then ${unsaidMax}::int else ${limit}::int end`;
