import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rank } from "./ranking.ts";
import type { KeywordCandidate } from "./search-candidate.ts";

const NOW = Date.UTC(2026, 0, 1);

function candidate(id: string, score: number, more: Partial<KeywordCandidate> = {}): KeywordCandidate {
  return {
    id,
    version: null,
    score,
    coverage: 0,
    updatedAt: new Date(NOW),
    importance: 0.5,
    weight: 1,
    trust: 3,
    ...more,
  };
}

const ids = (arms: Parameters<typeof rank>[0], limit = 10) => rank(arms, NOW, limit).map(({ id }) => id);

describe("with both arms", () => {
  test("the only memory with a rare word leads over many that are a little nearer in meaning", () => {
    const near = Array.from({ length: 50 }, (_, index) =>
      candidate(`near${index}`, 0.9 - index / 1000, { coverage: 0.1 }),
    );
    const exact = candidate("exact", 0.7, { coverage: 1 });
    expect(ids({ keyword: [{ ...exact, score: 9 }, ...near], semantic: [...near, exact] })[0]).toBe("exact");
  });

  test("a memory nearest in meaning leads over one that shares an unimportant word", () => {
    const meant = candidate("meant", 0.8);
    const word = candidate("word", 0.4, { coverage: 0.2 });
    expect(ids({ keyword: [{ ...word, score: 1 }], semantic: [meant, word] })).toEqual(["meant", "word"]);
  });

  test("a memory without vectors yet is judged by its words", () => {
    const pending = candidate("pending", 5, { coverage: 1 });
    const other = candidate("other", 0.6);
    expect(ids({ keyword: [pending], semantic: [other] })).toEqual(["pending", "other"]);
  });
});

describe("boosts", () => {
  test("lift the newer, the more important and the more helpful of two that are equally relevant", () => {
    const old = new Date(NOW - 365 * 86_400_000);
    const pairs: [Partial<KeywordCandidate>, Partial<KeywordCandidate>][] = [
      [{ updatedAt: old }, {}],
      [{ importance: 0.1 }, { importance: 0.9 }],
      [{ weight: 0.9 }, { weight: 1.1 }],
    ];
    for (const [less, more] of pairs) {
      const semantic = [candidate("less", 0.7, less), candidate("more", 0.7, more)];
      expect(ids({ keyword: null, semantic })[0]).toBe("more");
    }
  });

  test("never overrule a clear difference in relevance", () => {
    const old = { updatedAt: new Date(0), importance: 0, weight: 0 };
    const fresh = { importance: 1, weight: 9 };
    const semantic = [candidate("relevant", 0.9, old), candidate("fresh", 0.5, fresh)];
    expect(ids({ keyword: null, semantic })[0]).toBe("relevant");
  });
});

describe("laws", () => {
  const figure = fc.double({ min: 0, max: 1, noNaN: true });
  const candidates = fc
    .uniqueArray(
      fc.record({
        id: fc.uuid(),
        version: fc.constant(null),
        score: figure,
        coverage: figure,
        updatedAt: fc.date({ min: new Date(0), max: new Date(NOW), noInvalidDate: true }),
        importance: figure,
        weight: fc.double({ min: 0, max: 3, noNaN: true }),
        trust: fc.integer({ min: 0, max: 3 }),
      }),
      { selector: ({ id }) => id, maxLength: 30 },
    )
    .map((list) => list.toSorted((one, other) => other.score - one.score));

  test("the parts of a score multiply back to it, and relevance stays within [0, 1]", () => {
    fc.assert(
      fc.property(candidates, candidates, (keyword, semantic) => {
        for (const { score, explanation } of rank({ keyword, semantic }, NOW, 100)) {
          const { relevance, recency, importance, feedback, trust } = explanation;
          expect(score).toBeCloseTo(relevance * recency * importance * feedback * trust, 12);
          expect(relevance).toBeGreaterThanOrEqual(0);
          expect(relevance).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test("each memory stands once, best first, at most as many as asked for", () => {
    fc.assert(
      fc.property(candidates, candidates, fc.integer({ min: 1, max: 40 }), (keyword, semantic, limit) => {
        const ranked = rank({ keyword, semantic }, NOW, limit);
        expect(ranked.length).toBe(Math.min(limit, new Set([...keyword, ...semantic].map(({ id }) => id)).size));
        expect(new Set(ranked.map(({ id }) => id)).size).toBe(ranked.length);
        expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).toSorted((a, b) => b - a));
      }),
    );
  });

  test("a greater similarity never puts a memory further down", () => {
    fc.assert(
      fc.property(candidates, fc.nat(), figure, (semantic, pick, lift) => {
        fc.pre(semantic.length > 1);
        const chosen = semantic[pick % semantic.length];
        if (!chosen) return;
        const place = (list: KeywordCandidate[]) => ids({ keyword: null, semantic: list }, 100).indexOf(chosen.id);
        const lifted = semantic.map((one) => (one === chosen ? { ...one, score: one.score + lift } : one));
        expect(place(lifted.toSorted((one, other) => other.score - one.score))).toBeLessThanOrEqual(place(semantic));
      }),
    );
  });
});
