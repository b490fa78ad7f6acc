import { describe, expect, it } from "vitest";
import { isSameModel, toModelName } from "./model-name.ts";
import { recipeFor } from "./recipe.ts";

describe("the recipe for a model", () => {
  it("is nomic's for nomic-embed-text, which always gives 768 numbers", () => {
    const recipe = recipeFor("somebody/nomic-embed-text:v1.5", 384);
    expect(recipe).toMatchObject({ name: "nomic-v1", nativeDimensions: 768 });
    expect(recipe.prepare("tea", "query")).toBe("search_query: tea");
  });

  it("is plain for any other: no prefix, the model's own numbers, scaled to length 1", () => {
    const recipe = recipeFor("bge-m3", 3);
    expect(recipe).toMatchObject({ name: "plain-v1", nativeDimensions: 3 });
    expect(recipe.prepare("tea", "document")).toBe("tea");
    expect([...recipe.finish([3, 0, 4])]).toEqual([Math.fround(0.6), 0, Math.fround(0.8)]);
  });

  it.each([63, 769, 100.5, 0, -384, Number.NaN])("refuses nomic at %d dimensions", (dimensions) => {
    expect(() => recipeFor("nomic-embed-text", dimensions)).toThrow(RangeError);
  });

  it.each([64, 384, 768])("takes nomic at %d dimensions", (dimensions) => {
    expect(
      recipeFor("nomic-embed-text", dimensions).finish(Array.from({ length: 768 }, (_, i) => Math.cos(i))),
    ).toHaveLength(dimensions);
  });

  it("never lets a piece with its prefix and marks pass nomic's 2,048 tokens, a byte a token", () => {
    const { pieceBytesMax, prepare } = recipeFor("nomic-embed-text", 384);
    const marks = 2;
    expect(pieceBytesMax + Buffer.byteLength(prepare("", "document")) + marks).toBeLessThanOrEqual(2_048);
  });
});

describe("a model's name", () => {
  it.each([
    ["nomic-embed-text:latest", "nomic-embed-text"],
    [" nomic-embed-text ", "nomic-embed-text"],
    ["library/nomic-embed-text", "nomic-embed-text"],
    ["registry.ollama.ai/library/nomic-embed-text:latest", "nomic-embed-text"],
    ["nomic-embed-text:v1.5", "nomic-embed-text:v1.5"],
    ["somebody/nomic-embed-text", "somebody/nomic-embed-text"],
  ])("%s is %s", (written, name) => expect(toModelName(written)).toBe(name));

  it("keeps different tags apart and ignores case", () => {
    expect(isSameModel("BGE-M3", "bge-m3:latest")).toBe(true);
    expect(isSameModel("bge-m3:567m", "bge-m3")).toBe(false);
  });
});
