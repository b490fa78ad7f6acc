// Fails when a case of docs/faults.md has no row, or a row has neither a test that exists nor a reason why there is none.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findNamedPaths } from "./check-doc-paths.ts";

const root = join(import.meta.dirname, "..");
const TABLE = "docs/faults.md";
const CASES = 66;
const REASON = "No test: ";

/** One row of the table: the case, and what stands in its cells after the number. */
type FaultRow = { number: string; cells: string[] };

/** The rows of every table of the document that begin with a case's number. */
function findRows(text: string): FaultRow[] {
  return [...text.matchAll(/^\| (F\d+) \|(.*)\|$/gm)].map(([, number = "", rest = ""]) => ({
    number,
    cells: rest.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  }));
}

/**
 * What is wrong with a fault table, a sentence each.
 *
 * @param isThere tells whether a path of the repository exists
 */
export function faultsOfTable(text: string, isThere: (path: string) => boolean): string[] {
  const rows = findRows(text);
  const wanted = Array.from({ length: CASES }, (_, index) => `F${String(index + 1).padStart(2, "0")}`);
  const missing = wanted.filter((number) => !rows.some((row) => row.number === number));
  const twice = rows.filter(({ number }, index) => rows.findIndex((row) => row.number === number) !== index);
  return [
    ...missing.map((number) => `${number} has no row.`),
    ...twice.map(({ number }) => `${number} has two rows.`),
    ...rows.flatMap((row) => faultsOfRow(row, isThere)),
  ];
}

function faultsOfRow({ number, cells }: FaultRow, isThere: (path: string) => boolean): string[] {
  const [, , shownBy = ""] = cells;
  if (cells.length !== 3 || cells.some((cell) => cell === "")) return [`${number} needs a case, an answer and a test.`];
  if (shownBy.startsWith(REASON)) return [];
  const paths = findNamedPaths(TABLE, shownBy).map(({ path }) => path);
  if (!paths.some((path) => path.endsWith(".test.ts")))
    return [`${number} names no test; a reason begins "${REASON}".`];
  return paths.filter((path) => !isThere(path)).map((path) => `${number} names ${path}, which does not exist.`);
}

if (import.meta.main) {
  const faults = faultsOfTable(readFileSync(join(root, TABLE), "utf8"), (path) => existsSync(join(root, path)));
  for (const fault of faults) console.error(`${TABLE}: ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
