import { expect, test } from "vitest";
import { judgeModel, type RecordedSpace } from "./model.ts";

const CONFIG = { url: "http://127.0.0.1:11434", model: "nomic-embed-text", dimensions: 384 };
const RECORDED: RecordedSpace = { model: "nomic-embed-text", dimensions: 384, recipe: "nomic-v1@a1" };
const GOOD = { available: true, problem: null, modelDigest: "a1" };

test.each([
  [GOOD, RECORDED, ["pass", "pass"]],
  [{ ...GOOD, modelDigest: "b2" }, RECORDED, ["pass", "fail"]],
  [GOOD, { ...RECORDED, recipe: "nomic-v1" }, ["pass", "skip"]],
  [GOOD, null, ["pass", "skip"]],
  [GOOD, { ...RECORDED, dimensions: 768 }, ["pass", "warn"]],
  [{ available: false, problem: "Nothing answers." }, RECORDED, ["fail"]],
])("%j, recorded %j: %j", (health, recorded, levels) => {
  expect(judgeModel(CONFIG, health, recorded).map(({ level }) => level)).toEqual(levels);
});
