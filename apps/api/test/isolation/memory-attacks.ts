import type { AttacksOn } from "./attack.ts";

const MODES = ["hybrid", "semantic", "keyword"] as const;

export const memoryAttacks: AttacksOn<"memory"> = {
  add: [
    { kind: "same words", ends: "answered", input: (of) => ({ content: of.memoryContent }) },
    { kind: "same words", ends: "answered", input: (of) => ({ content: of.forgottenContent, tags: [of.tag] }) },
  ],
  addMany: [
    {
      kind: "same words",
      ends: "answered",
      input: (of) => ({ items: [{ content: of.memoryContent }, { content: of.forgottenContent }] }),
    },
  ],
  get: [
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.memoryId }) },
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.forgottenMemoryId }) },
  ],
  update: [
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.memoryId, content: "taken over" }) },
    {
      kind: "another's version",
      ends: "MEMORY_NOT_FOUND",
      input: (of) => ({ id: of.memoryId, importance: 1, expectedVersion: 9 }),
    },
    {
      kind: "same words",
      ends: "answered",
      before: async ({ memory }) => ({ id: (await memory.add.mutate({ content: "Mine" })).id }),
      input: (of) => ({ id: of.memoryId, content: of.memoryContent }),
    },
  ],
  list: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.memoryCursor }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ tags: [of.tag] }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ source: of.source, kind: of.kind }) },
    { kind: "counts", ends: "answered", input: () => ({}) },
    { kind: "counts", ends: "answered", input: () => ({ forgotten: true }) },
  ],
  search: [
    ...MODES.map((mode) => ({
      kind: "same words" as const,
      ends: "answered" as const,
      input: (of: { memoryContent: string }) => ({ query: of.memoryContent, mode, limit: 100, explain: true }),
    })),
    { kind: "foreign filter", ends: "answered", input: (of) => ({ query: "vase", tags: [of.tag], source: of.source }) },
    // How rare a word is must be counted among the attacker's own memories.
    {
      kind: "counts",
      ends: "answered",
      before: async ({ memory }) => {
        await memory.addMany.mutate({ items: [{ content: "The vase is yellow" }, { content: "The lamp is on" }] });
        return {};
      },
      input: () => ({ query: "vase lamp", mode: "keyword", explain: true }),
    },
  ],
  forget: [
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.memoryId }) },
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.forgottenMemoryId }) },
  ],
  restore: [
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.forgottenMemoryId }) },
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.memoryId }) },
  ],
  history: [
    { kind: "foreign id", ends: "MEMORY_NOT_FOUND", input: (of) => ({ id: of.memoryId }) },
    {
      kind: "foreign cursor",
      ends: "MEMORY_NOT_FOUND",
      input: (of) => ({ id: of.memoryId, cursor: of.memoryVersionCursor }),
    },
  ],
  stats: [{ kind: "counts", ends: "answered", input: () => ({}) }],
};
