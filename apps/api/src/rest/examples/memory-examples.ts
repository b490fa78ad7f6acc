import type { Memory } from "@keepsake/contract";
import { changedAt, createdAt, type ExamplesOf } from "./example.ts";

const id = "01a20866-08d5-7399-afc6-0aaa401347f6";

const memory: Memory = {
  id,
  content: "The user prefers lights at 50% brightness in the evening",
  kind: "fact",
  source: "user_feedback",
  origin: "user",
  trust: 3,
  warnings: [],
  tags: ["preference", "lighting"],
  importance: 0.5,
  confidence: 1,
  language: "en",
  metadata: { room: "living room" },
  version: 1,
  validFrom: createdAt,
  validTo: null,
  supersededBy: null,
  expiresAt: null,
  createdAt,
  updatedAt: createdAt,
  forgottenAt: null,
  embedding: "ready",
};

const changedMemory: Memory = {
  ...memory,
  content: "The user prefers lights at 40% brightness in the evening",
  version: 2,
  updatedAt: changedAt,
  embedding: "pending",
};

const version = {
  content: memory.content,
  kind: memory.kind,
  source: memory.source,
  origin: memory.origin,
  trust: memory.trust,
  tags: memory.tags,
  importance: memory.importance,
  confidence: memory.confidence,
  language: memory.language,
  metadata: memory.metadata,
  validFrom: createdAt,
  validTo: null,
};

export const memoryExamples: ExamplesOf<"memory"> = {
  add: {
    input: {
      content: memory.content,
      tags: ["preference", "lighting"],
      source: "user_feedback",
      language: "en",
      metadata: { room: "living room" },
    },
    output: { ...memory, embedding: "pending", duplicate: false },
  },
  addMany: {
    input: {
      items: [{ content: memory.content, tags: ["preference", "lighting"] }, { content: "Ann is Ola's sister" }],
    },
    output: {
      results: [
        { ...memory, source: null, language: null, metadata: null, duplicate: true },
        {
          ...memory,
          id: "01a20866-2c4e-7b0a-b1d9-5e7f1a2b3c4d",
          content: "Ann is Ola's sister",
          source: null,
          tags: [],
          language: null,
          metadata: null,
          embedding: "pending",
          duplicate: false,
        },
      ],
    },
  },
  get: { input: { id }, output: memory },
  update: { input: { id, content: changedMemory.content, expectedVersion: 1 }, output: changedMemory },
  list: { input: { tags: ["lighting"], limit: 20 }, output: { items: [memory], nextCursor: null } },
  search: {
    input: { query: "lighting preferences", limit: 5 },
    output: { hits: [{ ...memory, score: 0.87 }], degraded: [] },
  },
  forget: {
    input: { id },
    output: { id, forgottenAt: changedAt, erasedAfter: new Date("2026-12-24T07:15:00.000Z") },
  },
  restore: { input: { id }, output: memory },
  history: {
    input: { id },
    output: {
      items: [
        { ...version, content: changedMemory.content, version: 2, recordedAt: changedAt, replacedAt: null },
        { ...version, version: 1, recordedAt: createdAt, replacedAt: changedAt },
      ],
      nextCursor: null,
    },
  },
  stats: {
    input: {},
    output: {
      memories: 2,
      forgotten: 0,
      kinds: { fact: 2 },
      embeddings: { state: "on", ready: 1, pending: 1, failed: 0 },
      oldest: createdAt,
      newest: changedAt,
    },
  },
};
