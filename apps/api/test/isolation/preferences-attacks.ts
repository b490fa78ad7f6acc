import type { AttacksOn } from "./attack.ts";

export const preferencesAttacks: AttacksOn<"preferences"> = {
  set: [
    { kind: "foreign preference key", ends: "answered", input: (of) => ({ key: of.preferenceKey, value: "mine" }) },
    {
      kind: "another's version",
      ends: "answered",
      input: (of) => ({ key: of.preferenceKey, value: "mine", expectedVersion: 0 }),
    },
    {
      kind: "another's version",
      ends: "VERSION_CONFLICT",
      input: (of) => ({ key: of.preferenceKey, value: "mine", expectedVersion: 3 }),
    },
    {
      kind: "foreign preference key",
      ends: "answered",
      input: (of) => ({
        key: of.preferenceKey,
        value: { mine: 1 },
        mode: "merge" as const,
        origin: "learned" as const,
      }),
    },
  ],
  get: [
    { kind: "foreign preference key", ends: "PREFERENCE_NOT_FOUND", input: (of) => ({ key: of.preferenceKey }) },
    { kind: "foreign preference key", ends: "PREFERENCE_NOT_FOUND", input: (of) => ({ key: of.deletedPreferenceKey }) },
  ],
  getMany: [
    {
      kind: "foreign preference key",
      ends: "answered",
      input: (of) => ({ keys: [of.preferenceKey, of.deletedPreferenceKey] }),
    },
  ],
  list: [
    { kind: "foreign cursor", ends: "answered", input: (of) => ({ cursor: of.preferenceCursor }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ category: of.category }) },
    { kind: "foreign filter", ends: "answered", input: (of) => ({ keyPrefix: of.preferenceKey.slice(0, 8) }) },
    { kind: "counts", ends: "answered", input: () => ({}) },
  ],
  delete: [
    { kind: "foreign preference key", ends: "PREFERENCE_NOT_FOUND", input: (of) => ({ key: of.preferenceKey }) },
    {
      kind: "another's version",
      ends: "PREFERENCE_NOT_FOUND",
      input: (of) => ({ key: of.preferenceKey, expectedVersion: 9 }),
    },
  ],
  history: [
    { kind: "foreign preference key", ends: "PREFERENCE_NOT_FOUND", input: (of) => ({ key: of.preferenceKey }) },
    { kind: "foreign preference key", ends: "PREFERENCE_NOT_FOUND", input: (of) => ({ key: of.deletedPreferenceKey }) },
    {
      kind: "foreign cursor",
      ends: "answered",
      input: (of) => ({ key: of.preferenceKey, cursor: of.preferenceVersionCursor }),
    },
  ],
};
