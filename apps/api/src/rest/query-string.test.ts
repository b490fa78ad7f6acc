import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DomainError } from "../platform/domain-error.ts";
import { decodeQuery } from "./query-string.ts";

const Split = z.strictObject({ share: z.number(), seed: z.string(), isShuffled: z.boolean().exactOptional() });
const Schema = z
  .strictObject({
    text: z.string().exactOptional(),
    count: z.int().min(1).default(5),
    isAll: z.boolean().default(false),
    when: z.union([z.date(), z.iso.date()]).exactOptional(),
    tags: z.array(z.string()).exactOptional(),
    scores: z.array(z.int()).exactOptional(),
    split: Split.exactOptional(),
    filter: z.custom<object>().exactOptional(),
    extra: z.record(z.string(), z.unknown()).exactOptional(),
  })
  .refine(() => true)
  .prefault({});

const issuesOf = (search: string) => {
  try {
    decodeQuery(Schema, search);
    return null;
  } catch (error) {
    return error instanceof DomainError ? (error.issues ?? []) : error;
  }
};

describe("a query string", () => {
  test("is read as the schema's types ask", () => {
    expect(decodeQuery(Schema, "text=7&count=7&isAll=true&when=2026-01-02&tags=a&scores=1&scores=-2")).toEqual({
      text: "7",
      count: 7,
      isAll: true,
      when: "2026-01-02",
      tags: ["a"],
      scores: [1, -2],
    });
    expect(decodeQuery(Schema, "")).toEqual({});
  });

  test("names the fields of an object after a dot", () => {
    const input = decodeQuery(Schema, "split.share=0.1&split.seed=7&split.isShuffled=false");
    expect(input).toEqual({ split: { share: 0.1, seed: "7", isShuffled: false } });
    expect(issuesOf("split.sead=7")).toMatchObject([{ path: "split.sead", message: "is not a field of this call" }]);
    expect(issuesOf("split=7")).toMatchObject([{ path: "split", message: expect.stringContaining("share") }]);
  });

  test("holds what is neither text nor number nor flag as JSON", () => {
    expect(decodeQuery(Schema, 'filter={"a":[1]}&extra={"b":null}')).toEqual({
      filter: { a: [1] },
      extra: { b: null },
    });
    expect(issuesOf("filter={a")).toMatchObject([{ path: "filter", message: "must be JSON text" }]);
    expect(issuesOf('filter={"__proto__":1}')).toMatchObject([{ path: "__proto__" }]);
    expect(() => decodeQuery(Schema, `filter=${"[".repeat(50)}`)).toThrow("nests deeper");
  });

  test("is refused with all its faults at once", () => {
    expect(issuesOf("count=x&isAll=1&nope=2&text=a&text=b")).toMatchObject(
      ["count", "isAll", "nope", "text"].map((path) => ({ path })),
    );
  });

  test("gives back what was put into it", () => {
    const texts = fc.string({ unit: "grapheme" });
    const input = fc.record({
      text: texts,
      count: fc.integer(),
      isAll: fc.boolean(),
      tags: fc.array(texts, { minLength: 1 }),
    });
    fc.assert(
      fc.property(input, ({ tags, ...scalars }) => {
        const search = new URLSearchParams();
        for (const [key, value] of Object.entries(scalars)) search.set(key, String(value));
        for (const tag of tags) search.append("tags", tag);
        expect(decodeQuery(Schema, search.toString())).toEqual({ ...scalars, tags });
      }),
    );
  });

  test("leaves the schema as it was", () => {
    decodeQuery(Schema, "count=7&isAll=false");
    expect(Schema.safeParse({ count: "7" }).success).toBe(false);
    expect(Schema.safeParse({ isAll: "false" }).success).toBe(false);
  });
});
