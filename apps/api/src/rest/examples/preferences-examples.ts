import type { Preference } from "@keepsake/contract";
import { changedAt, createdAt, type ExamplesOf } from "./example.ts";

const key = "entity_alias.my_office";

const preference: Preference = {
  key,
  value: { entity_id: "light.office_main" },
  category: "aliases",
  origin: "explicit",
  confidence: 1,
  version: 1,
  createdAt,
  updatedAt: createdAt,
};

const { value, category, origin, confidence } = preference;
const version = { value, category, origin, confidence };

export const preferencesExamples: ExamplesOf<"preferences"> = {
  set: {
    input: { key, value: { entity_id: "light.office_main" }, category: "aliases" },
    output: { ...preference, applied: true },
  },
  get: { input: { key }, output: preference },
  getMany: {
    input: { keys: [key, "user.wake_time"] },
    output: { items: [preference], missing: ["user.wake_time"] },
  },
  list: { input: { keyPrefix: "entity_alias.", limit: 20 }, output: { items: [preference], nextCursor: null } },
  delete: {
    input: { key },
    output: { key, deletedAt: changedAt, erasedAfter: new Date("2026-12-24T07:15:00.000Z") },
  },
  history: {
    input: { key },
    output: {
      items: [
        { ...version, value: { entity_id: "light.desk" }, version: 2, recordedAt: changedAt, replacedAt: null },
        { ...version, version: 1, recordedAt: createdAt, replacedAt: changedAt },
      ],
      nextCursor: null,
    },
  },
};
