import { expect, test } from "vitest";
import { DocComments } from "./doc-comments.ts";

const contract = new DocComments("packages/contract/src/*.ts");
const fieldText = (name: string, field: string) => contract.of(name).fields.get(field)?.text;

test("a constant's comment is read without its stars and line ends", () => {
  expect(contract.of("Memory").text).toBe(
    "A fact, preference stated in words, event or document piece worth finding again.",
  );
  expect(contract.of("filledText")).toEqual({ text: null, fields: new Map() });
});

test("a field has its own comment, or that of the schema it is", () => {
  expect(fieldText("Memory", "validTo")).toBe("Until when it was true; null while it is.");
  expect(fieldText("MemoryIdInput", "id")).toContain("a UUIDv7");
  expect(fieldText("Memory", "createdAt")).toBeNull();
});

test("fields are found in groups that are spread in, in other files, and in what is extended", () => {
  expect(fieldText("ListMemoriesInput", "createdAfter")).toBe("Only memories added at this time or later.");
  expect(fieldText("ListMemoriesInput", "limit")).toBe("Rows of one page, at most.");
  expect(fieldText("MemoryHit", "importance")).toBe("0 to 1; lifts a hit a little in search.");
  expect(fieldText("UpdateMemoryInput", "kind")).toBe(fieldText("AddMemoryInput", "kind"));
});

test("fields of inner objects are found", () => {
  expect(contract.of("SystemStatus").fields.get("database")?.fields.get("version")?.text).toBe("PostgreSQL's version.");
});

test("procedures have their comments", () => {
  const routes = new DocComments("apps/api/src/*/routes.ts").of("memoryRoutes");
  expect(routes.fields.get("get")?.text).toBe("A memory by its id. Fails with `MEMORY_NOT_FOUND`.");
});
