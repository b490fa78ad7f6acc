import { expect, test } from "vitest";
import { judgeDurability } from "./durability.ts";

const ON = { fsync: "on", full_page_writes: "on", synchronous_commit: "on", data_checksums: "on" };
const levels = (settings: Record<string, string>) => judgeDurability({ ...ON, ...settings }).map(({ level }) => level);

test("all on is durable", () => expect(levels({})).toEqual(["pass", "pass"]));

test.each([
  [{ fsync: "off" }, ["fail"]],
  [{ full_page_writes: "off" }, ["fail"]],
  [{ synchronous_commit: "off" }, ["fail"]],
  [{ fsync: "off", synchronous_commit: "off" }, ["fail", "fail"]],
  [{ synchronous_commit: "remote_apply" }, ["pass", "pass"]],
  [{ data_checksums: "off" }, ["pass", "warn"]],
])("%j: %j", (settings, expected) => expect(levels(settings)).toEqual(expected));
