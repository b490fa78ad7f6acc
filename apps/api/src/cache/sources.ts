import type { StoreAnswerInput } from "@keepsake/contract";

/** A memory's id or a preference's key, with the version that the answer saw; without one any will do. */
interface NamedItem {
  readonly item: string;
  readonly version?: number;
}

/** What an answer was made from, in its caller's words. */
export interface NamedSources {
  readonly memories: readonly NamedItem[];
  readonly preferences: readonly NamedItem[];
}

/** Items with and without a version, in one shape. */
export function toNamedSources(dependsOn: StoreAnswerInput["dependsOn"]): NamedSources {
  const { memories = [], preferences = [] } = dependsOn ?? {};
  return {
    memories: memories.map((one) => (typeof one === "string" ? { item: one } : { item: one.id, version: one.version })),
    preferences: preferences.map((one) =>
      typeof one === "string" ? { item: one } : { item: one.key, version: one.version },
    ),
  };
}

/** Each item once. */
export const itemsOf = (named: readonly NamedItem[]): string[] => [...new Set(named.map(({ item }) => item))];

/** Whether every item is there, in the version that was named. */
export function areUnchanged(
  named: readonly NamedItem[],
  found: readonly { readonly item: string; readonly version: number }[],
): boolean {
  const versions = new Map(found.map(({ item, version }) => [item, version]));
  return named.every(({ item, version }) => {
    const now = versions.get(item);
    return now !== undefined && (version === undefined || version === now);
  });
}
