import { createdAt, type ExamplesOf } from "./example.ts";

const id = "01a20866-4a3f-7d52-8e61-0b9c2d3e4f50";
const key = "5f2b8c1e9d3a4b6c7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6";
const expiresAt = new Date("2026-11-23T19:30:00.000Z");
const text = "When is the recycling collected?";
const response = "Every second Monday; the next time is 30 November.";
const answer = { id, key, response, language: "en", tags: ["household"], metadata: null, createdAt, expiresAt };

export const cacheExamples: ExamplesOf<"cache"> = {
  lookup: { input: { text, language: "en" }, output: { hit: true, match: "exact", ...answer } },
  store: {
    input: { text, language: "en", response, ttlSeconds: 3_600, tags: ["household"], generationMs: 1_850 },
    output: { cached: true, id, key, createdAt, expiresAt },
  },
  invalidate: { input: { tag: "household" }, output: { removed: 1 } },
  clear: { input: { all: false }, output: { removed: 0 } },
  list: {
    input: { tag: "household", limit: 20 },
    output: {
      items: [
        {
          ...answer,
          text,
          generationMs: 1_850,
          hitCount: 3,
          lastHitAt: new Date("2026-11-23T19:02:00.000Z"),
          dependsOn: { memories: [], preferences: [] },
        },
      ],
      nextCursor: null,
    },
  },
  stats: {
    input: {},
    output: {
      entries: 41,
      expired: 2,
      hits: 318,
      misses: 106,
      hitRate: 0.75,
      stored: 60,
      evictions: 0,
      invalidations: 7,
      expirations: 12,
      secondsSaved: 588.3,
      maxEntries: 1_000,
      ttlSeconds: 3_600,
    },
  },
};
