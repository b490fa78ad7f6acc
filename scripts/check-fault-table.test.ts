import { expect, test } from "vitest";
import { faultsOfTable } from "./check-fault-table.ts";

const number = (index: number) => `F${String(index).padStart(2, "0")}`;
const row = (index: number, shownBy = "`apps/api/test/a.test.ts`") =>
  `| ${number(index)} | case | answer | ${shownBy} |`;
const table = (change: (index: number) => string = row) =>
  Array.from({ length: 66 }, (_, index) => change(index + 1)).join("\n");
const check = (text: string) => faultsOfTable(text, (path) => path === "apps/api/test/a.test.ts");

test("a table with a test or a reason in every row is right", () => {
  expect(check(table())).toEqual([]);
  expect(check(table((index) => (index === 3 ? row(3, "No test: it cannot happen.") : row(index))))).toEqual([]);
});

test("a case without a row, or with two, is told", () => {
  expect(check(table((index) => (index === 40 ? "" : row(index))))).toEqual(["F40 has no row."]);
  expect(check(`${table()}\n${row(7)}`)).toEqual(["F07 has two rows."]);
});

test.each([
  ["`apps/api/test/gone.test.ts`", "F05 names apps/api/test/gone.test.ts, which does not exist."],
  ["`apps/api/src/main.ts`", 'F05 names no test; a reason begins "No test: ".'],
  ["of course", 'F05 names no test; a reason begins "No test: ".'],
  ["", "F05 needs a case, an answer and a test."],
])("a row that ends with %j is told", (shownBy, fault) => {
  expect(check(table((index) => row(index, index === 5 ? shownBy : undefined)))).toEqual([fault]);
});
