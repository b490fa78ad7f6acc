import type { AttacksOn } from "./attack.ts";

export const cacheAttacks: AttacksOn<"cache"> = {
  lookup: [
    { kind: "foreign question", ends: "answered", input: (of) => ({ text: of.question }) },
    { kind: "question under way", ends: "answered", input: (of) => ({ text: of.openQuestion }) },
  ],
  store: [
    { kind: "foreign question", ends: "answered", input: (of) => ({ text: of.question, response: "Mine" }) },
    {
      kind: "foreign id",
      ends: "answered",
      input: (of) => ({ text: "How tall is it?", response: "Mine", dependsOn: { memories: [of.memoryId] } }),
    },
    {
      kind: "another's version",
      ends: "answered",
      input: (of) => ({
        text: "How tall is it?",
        response: "Mine",
        dependsOn: {
          memories: [{ id: of.memoryId, version: 3 }],
          preferences: [{ key: of.preferenceKey, version: 3 }],
        },
      }),
    },
    {
      kind: "foreign preference key",
      ends: "answered",
      input: (of) => ({ text: "How tall is it?", response: "Mine", dependsOn: { preferences: [of.preferenceKey] } }),
    },
  ],
  invalidate: [
    { kind: "foreign id", ends: "answered", input: (of) => ({ id: of.answerId }) },
    { kind: "foreign question", ends: "answered", input: (of) => ({ key: of.answerKey }) },
    { kind: "foreign question", ends: "answered", input: (of) => ({ text: of.question }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ tag: of.cacheTag }) },
    { kind: "foreign id", ends: "answered", input: (of) => ({ memory: of.dependedMemoryId }) },
    { kind: "foreign preference key", ends: "answered", input: (of) => ({ preference: of.dependedKey }) },
  ],
  clear: [
    { kind: "counts", ends: "answered", input: () => ({ all: true }) },
    { kind: "counts", ends: "answered", input: () => ({}) },
  ],
  list: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.answerCursor }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ tag: of.cacheTag, includeExpired: true }) },
    { kind: "counts", ends: "answered", input: () => ({ includeExpired: true }) },
  ],
  stats: [{ kind: "counts", ends: "answered", input: () => ({}) }],
};
