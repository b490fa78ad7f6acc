import type { KeepsakeClient } from "./create-client.ts";
import { type NameMatch, nameDistance, type SpokenName, toMatch, toSpokenName } from "./name-distance.ts";

/** An alias that a spoken name may mean. */
export interface AliasMatch {
  /** The preference, such as `entity_alias.my_office`. */
  readonly key: string;
  /** What it stands for, such as `light.office_main`. */
  readonly entityId: string;
  /** How alike both are. A `typo` is worth a question back before a door is unlocked. */
  readonly match: NameMatch;
}

/** A stored alias. */
export interface Alias {
  readonly key: string;
  readonly entityId: string;
}

type PreferencesClient = Pick<KeepsakeClient, "preferences">;
type Candidate = AliasMatch & { readonly distance: number };

const PREFIX = "entity_alias.";
/** The longest key there is; what is longer is no name. */
const NAME_CHARS_MAX = 255;

/**
 * What the user means by a name, by the preferences under `entity_alias.`, read anew with each call: "My office" is
 * `entity_alias.my_office`, whatever the case, separators and diacritics. Polish endings ("kuchni" for "kuchnia") and a
 * slip in a long word are forgiven; numbers and short words have to be right.
 *
 * @returns null when no alias is near enough, and when two that stand for different things are equally near:
 * {@link aliasCandidates} tells them, to ask back
 */
export async function resolveAlias(client: PreferencesClient, name: string): Promise<AliasMatch | null> {
  return nearestAlias(name, await listAliases(client));
}

/** Everything that a name may mean, nearest first, each thing once. {@link resolveAlias} takes the first, if alone. */
export async function aliasCandidates(client: PreferencesClient, name: string): Promise<AliasMatch[]> {
  return rankAliases(name, await listAliases(client)).map(toAliasMatch);
}

/** {@link resolveAlias} among aliases at hand. */
export function nearestAlias(name: string, aliases: readonly Alias[]): AliasMatch | null {
  const [first, second] = rankAliases(name, aliases);
  if (!first || first.distance === second?.distance) return null;
  return toAliasMatch(first);
}

function rankAliases(name: string, aliases: readonly Alias[]): Candidate[] {
  const spoken = name.length > NAME_CHARS_MAX ? [] : toSpokenName(name);
  const candidates = aliases.flatMap((alias) => toCandidate(spoken, alias) ?? []);
  candidates.sort((one, other) => one.distance - other.distance || (one.key < other.key ? -1 : 1));
  const seen = new Set<string>();
  return candidates.filter(({ entityId }) => !seen.has(entityId) && seen.add(entityId));
}

function toCandidate(spoken: SpokenName, { key, entityId }: Alias): Candidate | null {
  const distance = nameDistance(spoken, toSpokenName(key.slice(PREFIX.length)));
  return distance === null ? null : { key, entityId, match: toMatch(distance), distance };
}

const toAliasMatch = ({ key, entityId, match }: Candidate): AliasMatch => ({ key, entityId, match });

async function listAliases({ preferences }: PreferencesClient): Promise<Alias[]> {
  const aliases: Alias[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: AliasPage = await preferences.list.query({
      keyPrefix: PREFIX,
      limit: 200,
      ...(cursor !== null && { cursor }),
    });
    aliases.push(...page.items.flatMap(toAlias));
    const next: unknown = page.nextCursor;
    // What is no Keepsake of this version may have no such field, or answer every page with the same one.
    if (typeof next !== "string" || next === cursor) return aliases;
    cursor = next;
  }
}

type AliasPage = Awaited<ReturnType<KeepsakeClient["preferences"]["list"]["query"]>>;

/** What is stored there and names no entity is no alias. */
function toAlias({ key, value }: AliasPage["items"][number]): Alias[] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const entityId = isObject ? value["entity_id"] : null;
  return typeof entityId === "string" ? [{ key, entityId }] : [];
}
