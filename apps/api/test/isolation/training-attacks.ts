import type { AttacksOn } from "./attack.ts";

export const trainingAttacks: AttacksOn<"training"> = {
  feedback: [
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.exampleInteractionId, score: 1 }),
    },
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({ interactionId: of.gatewayInteractionId, score: 1, comment: "mine" }),
    },
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({ interactionId: of.waitingInteractionId, score: 1 }),
    },
  ],
  add: [
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({ inputText: "Mine", outputText: "Mine", interactionId: of.exampleInteractionId }),
    },
    {
      kind: "foreign interaction",
      ends: "answered",
      input: (of) => ({ inputText: "Mine", outputText: "Mine", interactionId: of.waitingInteractionId }),
    },
    { kind: "same words", ends: "answered", input: (of) => ({ inputText: of.inputText, outputText: "Mine" }) },
  ],
  get: [{ kind: "foreign id", ends: "EXAMPLE_NOT_FOUND", input: (of) => ({ id: of.exampleId }) }],
  list: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.exampleCursor }) },
    { kind: "counts", ends: "answered", input: () => ({ scoreMin: 1 }) },
  ],
  update: [
    { kind: "foreign id", ends: "EXAMPLE_NOT_FOUND", input: (of) => ({ id: of.exampleId, comment: "taken over" }) },
    {
      kind: "another's version",
      ends: "EXAMPLE_NOT_FOUND",
      input: (of) => ({ id: of.exampleId, comment: "taken over", expectedVersion: 9 }),
    },
  ],
  delete: [
    { kind: "foreign id", ends: "EXAMPLE_NOT_FOUND", input: (of) => ({ id: of.exampleId }) },
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.exampleInteractionId }),
    },
    {
      kind: "foreign interaction",
      ends: "INTERACTION_NOT_FOUND",
      input: (of) => ({ interactionId: of.waitingInteractionId }),
    },
  ],
  stats: [{ kind: "counts", ends: "answered", input: () => ({}) }],
  export: [
    { kind: "counts", ends: "answered", input: () => ({}) },
    { kind: "foreign cursor", ends: "INVALID_INPUT", input: (of) => ({ limit: 1, cursor: of.exportCursor }) },
    { kind: "foreign filter", ends: "answered", input: () => ({ format: "kto" as const, redact: true }) },
  ],
  markExported: [
    { kind: "foreign export", ends: "EXPORT_NOT_FOUND", input: (of) => ({ exportId: of.exportId }) },
    { kind: "foreign export", ends: "EXPORT_NOT_FOUND", input: (of) => ({ exportId: of.unfinishedExportId }) },
  ],
  manifest: [
    { kind: "foreign export", ends: "EXPORT_NOT_FOUND", input: (of) => ({ exportId: of.exportId }) },
    { kind: "foreign export", ends: "EXPORT_NOT_FOUND", input: (of) => ({ exportId: of.unfinishedExportId }) },
  ],
  exports: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.manifestCursor }) },
    { kind: "counts", ends: "answered", input: () => ({}) },
  ],
};
