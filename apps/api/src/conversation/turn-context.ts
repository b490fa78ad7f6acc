import type { BeginTurnInput, BegunTurn, ContextMemory, Message } from "@keepsake/contract";
import type { FoundMemories } from "../memory/context-store.ts";
import { rank } from "../memory/ranking.ts";
import { toWarnings } from "../platform/text-warnings.ts";
import type { KnownPreference } from "../preferences/context-store.ts";
import { type Snippet, toComparable, writeContext } from "./context-text.ts";
import type { EarlierMessage } from "./earlier.ts";
import { toShownJson } from "./preference-text.ts";
import { varied } from "./varied.ts";

/** What was found for a turn; null for a part that the budget did not leave time for. */
export interface TurnFindings {
  readonly memories: FoundMemories | null;
  readonly earlier: readonly EarlierMessage[] | null;
  readonly tail: readonly Message[];
  readonly preferences: readonly KnownPreference[];
}

/** Memories that may get into a context; a budget holds fewer. */
const MEMORIES_MAX = 20;
/** Candidates that they are chosen from. */
const RANKED_MAX = 100;
/** What matters much less than the best is noise. */
const SCORE_SHARE_MIN = 0.4;

type Item =
  | (Snippet & { readonly score: number; readonly memory: ContextMemory })
  | (Snippet & { readonly score: number; readonly message: EarlierMessage });

/** Chooses what the model should know and writes it down, best first, within the turn's budget of tokens. */
export function toTurnContext(
  input: Pick<BeginTurnInput, "text" | "tokenBudget" | "timeZone">,
  found: TurnFindings,
  nowMs: number,
): Pick<BegunTurn, "context" | "used"> {
  const { tail } = found;
  const parts = {
    now: new Date(nowMs),
    timeZone: input.timeZone ?? "UTC",
    preferences: found.preferences.map(toPreferenceSnippet),
    snippets: toItems(found, input.text, nowMs),
    known: [input.text, ...tail.map(({ content }) => content)],
  };
  const { system, tokens, preferences, snippets } = writeContext(parts, input.tokenBudget);
  const memories = snippets.flatMap((item) => ("memory" in item ? [item.memory] : []));
  const earlier = snippets.flatMap((item) => ("message" in item ? [item.message] : []));
  const used = {
    memories: memories.map(({ id, version }) => ({ id, version })),
    preferences: preferences.map(({ preference: { key, version } }) => ({ key, version })),
  };
  const shown = preferences.map(({ preference: { key, value, version } }) => ({ key, value, version }));
  return { context: { system, tokens, memories, earlier, tail: [...tail], preferences: shown }, used };
}

const toPreferenceSnippet = (preference: KnownPreference) => ({
  text: toShownJson(preference.value),
  at: preference.updatedAt,
  label: { preference: preference.key, ...toStanding(preference) },
  preference,
});

/** A learned value is a conclusion, as the assistant's memories are, and says how sure it was. */
const toStanding = ({ origin, confidence }: KnownPreference): Readonly<Record<string, string>> =>
  origin === "explicit"
    ? { from: "user", trust: SAID }
    : { from: "assistant", trust: UNCONFIRMED, confidence: confidence.toFixed(2) };

function toItems({ memories, earlier, tail }: TurnFindings, text: string, nowMs: number): Item[] {
  const inTail = new Set(tail.map(({ id }) => id));
  // The same question of before scores best and says nothing.
  const asked = toComparable(text);
  const said = (earlier ?? []).filter(({ id, content }) => !inTail.has(id) && toComparable(content) !== asked);
  const items = [...amongBest(memories ? toMemoryItems(memories, nowMs) : []), ...amongBest(said.map(toMessageItem))];
  return items.sort((one, other) => other.score - one.score);
}

/** Memories and messages are each measured by their own best: the figures are made in two ways. */
function amongBest(items: readonly Item[]): Item[] {
  const scoreMin = Math.max(...items.map(({ score }) => score), 0) * SCORE_SHARE_MIN;
  return items.filter(({ score }) => score > 0 && score >= scoreMin);
}

function toMemoryItems({ arms, memories }: FoundMemories, nowMs: number): Item[] {
  const ranked = rank(arms, nowMs, RANKED_MAX).flatMap(({ id, score }) => {
    const memory = memories.get(id);
    if (!memory) return [];
    const label = {
      kind: memory.kind,
      ...(memory.source !== null && { source: memory.source }),
      from: memory.origin,
      trust: TRUST_WORDS[memory.trust] ?? UNCONFIRMED,
    };
    return [{ text: memory.content, at: memory.createdAt, label, score, memory }];
  });
  const chosen = varied(ranked, ({ text, memory }) => ({ text, trust: memory.trust }), MEMORIES_MAX);
  return chosen.map((item) => {
    const { memory, score } = item;
    return { ...item, memory: { ...memory, score, warnings: toWarnings(memory.content) } };
  });
}

const SAID = "said";
const UNCONFIRMED = "unconfirmed";
/** By trust, 0 to 3. */
const TRUST_WORDS: readonly string[] = [UNCONFIRMED, UNCONFIRMED, "imported", SAID];

const toMessageItem = (message: EarlierMessage): Item => ({
  text: message.content,
  at: message.createdAt,
  label: { kind: "message", from: message.role, trust: message.role === "user" ? SAID : UNCONFIRMED },
  score: message.score,
  message,
});
