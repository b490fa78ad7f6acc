import { describe, expect, it } from "vitest";
import { addNomicPrefix, cutNomic, isNomicModel } from "./nomic.ts";

/** 768 numbers with a mean far from 0, as an unscaled model's. */
const native = Array.from({ length: 768 }, (_, i) => Math.sin(i * 12.9898) + 0.3 + (i % 7) * 0.05);

/**
 * The card's steps by another road: in 64-bit typed arrays, variance as E[x²] − E[x]², the cut taken first and the norm
 * from the cut numbers only.
 */
function cutIndependently(values: readonly number[], dimensions: number): number[] {
  const all = Float64Array.from(values);
  let sum = 0;
  let squares = 0;
  for (const value of all) {
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / all.length;
  const scale = 1 / Math.sqrt(squares / all.length - mean ** 2 + 0.00001);
  const kept = all.subarray(0, dimensions).map((value) => (value - mean) * scale);
  const length = Math.hypot(...kept);
  return [...kept.map((value) => value / length)];
}

describe("nomic's rules", () => {
  it("puts the task in front of what is searched and of what searches", () => {
    expect(addNomicPrefix("lamp", "document")).toBe("search_document: lamp");
    expect(addNomicPrefix("lamp", "query")).toBe("search_query: lamp");
  });

  it.each([64, 128, 256, 384, 512, 767])("cuts to %i numbers as the model's card does", (dimensions) => {
    const cut = cutNomic(native, dimensions);
    const expected = cutIndependently(native, dimensions);
    expect(cut).toHaveLength(dimensions);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (cut[i] ?? Number.NaN))))).toBeLessThan(1e-6);
  });

  it("gives the same cut whether or not Ollama has scaled the vector to length 1 before", () => {
    const norm = Math.hypot(...native);
    const scaled = cutNomic(
      native.map((value) => value / norm),
      384,
    );
    const unscaled = cutNomic(native, 384);
    expect(Math.max(...scaled.map((value, i) => Math.abs(value - (unscaled[i] ?? Number.NaN))))).toBeLessThan(1e-6);
  });

  it("differs from a cut without layer normalisation, so the two must not be mixed", () => {
    const sliced = native.slice(0, 384);
    const norm = Math.hypot(...sliced);
    const cosine = cutNomic(native, 384).reduce((sum, value, i) => sum + (value * (sliced[i] ?? 0)) / norm, 0);
    expect(cosine).toBeLessThan(0.99);
  });

  it("keeps the direction at all 768 numbers and only scales", () => {
    const norm = Math.hypot(...native);
    const whole = cutNomic(native, 768);
    expect(Math.max(...whole.map((value, i) => Math.abs(value - (native[i] ?? 0) / norm)))).toBeLessThan(1e-6);
  });

  it("gives vectors of length 1", () => {
    for (const dimensions of [64, 384, 768]) expect(Math.hypot(...cutNomic(native, dimensions))).toBeCloseTo(1, 6);
  });

  it("refuses a vector without direction", () => {
    const constant = native.map(() => 0.5);
    expect(() => cutNomic(constant, 384)).toThrow(expect.objectContaining({ reason: "EMBEDDING_REJECTED" }));
    expect(() =>
      cutNomic(
        native.map(() => 0),
        768,
      ),
    ).toThrow(expect.objectContaining({ reason: "EMBEDDING_REJECTED" }));
  });

  it.each([
    "nomic-embed-text",
    "nomic-embed-text:latest",
    "nomic-embed-text:137m-v1.5-fp16",
    "somebody/nomic-embed-text:v1.5",
    "hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q8_0",
    "Nomic-Embed-Text",
  ])("knows the model as %s", (name) => expect(isNomicModel(name)).toBe(true));

  it.each(["nomic-embed-text-v2-moe", "my-nomic-embed-text", "nomic-embed-code", "nomic-embed-text/other", "bge-m3"])(
    "takes %s for another model",
    (name) => expect(isNomicModel(name)).toBe(false),
  );
});
