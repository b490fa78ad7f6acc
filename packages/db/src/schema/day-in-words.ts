import { type SQL, sql } from "drizzle-orm";

/** English, then Polish as it stands alone, in "8 maja" and in "w maju". */
const MONTHS = [
  "january styczeń stycznia styczniu",
  "february luty lutego lutym",
  "march marzec marca marcu",
  "april kwiecień kwietnia kwietniu",
  "may maj maja maju",
  "june czerwiec czerwca czerwcu",
  "july lipiec lipca lipcu",
  "august sierpień sierpnia sierpniu",
  "september wrzesień września wrześniu",
  "october październik października październiku",
  "november listopad listopada listopadzie",
  "december grudzień grudnia grudniu",
];

/** English, then Polish as it stands alone and as it is declined where a search would not find that by itself. */
const WEEKDAYS = [
  "monday poniedziałek poniedziałku",
  "tuesday wtorek wtorku",
  "wednesday środa środę",
  "thursday czwartek czwartku",
  "friday piątek piątku",
  "saturday sobota sobotę",
  "sunday niedziela niedzielę",
];

const DAY = "created_at at time zone 'UTC'";
const part = (name: string) => `extract(${name} from ${DAY})::int`;
const nth = (words: readonly string[], index: string) => `(array[${words.map((word) => `'${word}'`)}])[${index}]`;

/**
 * The day of `created_at` as an expression that a generated column may hold: `8 2023 may maj maja maju monday …`. Names
 * are looked up by number, in UTC: PostgreSQL's own names of months, and a session's time zone, are settings.
 */
export const dayInWords: SQL = sql.raw(
  `${part("day")}::text || ' ' || ${part("year")}::text || ' ' || ${nth(MONTHS, part("month"))} || ' ' || ${nth(WEEKDAYS, part("isodow"))}`,
);
