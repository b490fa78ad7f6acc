import type { ExportManifest, TrainingExample } from "@keepsake/contract";
import { changedAt, createdAt, type Example, type ExamplesOf } from "./example.ts";

const id = "01a20866-5c2d-7b13-9f40-7a8b9c0d1e2f";
const interactionId = "01a20866-1b7d-7a52-8c3f-2d4b8e6f9c01";
const exportId = "01a20866-7e11-7c84-a2d5-3f4e5d6c7b8a";

const example: TrainingExample = {
  id,
  interactionId,
  inputText: "Turn on all lights",
  outputText: "All lights are on.",
  correctedText: null,
  feedbackScore: 5,
  comment: "Correctly turned on all lights",
  interactionType: "command",
  language: "en",
  origin: "user",
  metadata: null,
  version: 1,
  exported: false,
  createdAt,
  updatedAt: createdAt,
};

const line =
  '{"messages":[{"role":"user","content":"Turn on all lights"},{"role":"assistant","content":"All lights are on."}]}';

const manifest: ExportManifest = {
  exportId,
  format: "openai-chat",
  filters: { scoreMin: 4, notExported: true },
  split: null,
  redaction: null,
  counts: {
    read: 1,
    written: 1,
    lines: 1,
    parts: null,
    leftOut: { otherPart: 0, lowScore: 0, notCorrected: 0, notScored: 0, neutralScore: 0 },
  },
  bytes: Buffer.byteLength(`${line}\n`),
  sha256: "8d6c1f0e3b2a495867c0d1e2f3a4b5c6d7e8f90112233445566778899aabbccd",
  createdAt: changedAt,
  completedAt: changedAt,
  markedAt: null,
};

const exportInput = { format: "openai-chat", scoreMin: 4, notExported: true } as const;

export const trainingExamples: ExamplesOf<"training"> = {
  feedback: {
    input: { interactionId, score: 5, comment: "Correctly turned on all lights" },
    output: { id, status: "recorded", interactionId, score: 5, comment: "Correctly turned on all lights" },
  },
  add: {
    input: {
      inputText: example.inputText,
      outputText: example.outputText,
      feedbackScore: 5,
      comment: "Correctly turned on all lights",
      interactionType: "command",
      language: "en",
    },
    output: { ...example, interactionId: null },
  },
  get: { input: { id }, output: example },
  list: { input: { scoreMin: 4, limit: 20 }, output: { items: [example], nextCursor: null } },
  update: {
    input: { id, correctedText: "All lights in the house are on.", expectedVersion: 1 },
    output: { ...example, correctedText: "All lights in the house are on.", version: 2, updatedAt: changedAt },
  },
  delete: { input: { id }, output: { id, interactionId } },
  stats: {
    input: {},
    output: {
      total: 1,
      byScore: { "1": 0, "2": 0, "3": 0, "4": 0, "5": 1, none: 0 },
      byType: { command: 1, question: 0, conversation: 0, none: 0 },
      byLanguage: { en: 1 },
      languageUnknown: 0,
      corrected: 0,
      exported: 0,
      waiting: 0,
      scoreAverage: 5,
    },
  },
  export: {
    input: { ...exportInput, limit: 200 },
    output: { exportId, lines: [line], nextCursor: null, manifest },
  },
  markExported: { input: { exportId }, output: { exportId, marked: 1 } },
  manifest: { input: { exportId }, output: manifest },
  exports: { input: { limit: 20 }, output: { items: [manifest], nextCursor: null } },
};

/** REST gives all lines at once, as they are made. */
export const streamedExportExample: Example<typeof exportInput, string> = { input: exportInput, output: `${line}\n` };
