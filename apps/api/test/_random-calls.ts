import type { KeepsakeClient } from "@keepsake/client";
import { errorReason } from "@keepsake/client";

/** One call, told to a client, and what of its answer does not depend on ids and times. */
type Play = (client: KeepsakeClient, names: Names) => Promise<unknown>;

/** Ids that the user's own calls were given, in their order. */
interface Names {
  readonly memories: string[];
  readonly interactions: string[];
  readonly examples: string[];
}

/** Numbers from a seed, the same in every run. */
type Random = (below: number) => number;

const THINGS = ["vase", "lamp", "key", "ring", "letter", "clock"];
const PLACES = ["hall", "kitchen", "garden"];
const SESSIONS = ["morning", "evening"];
const KEYS = ["light", "voice", "wake", "music"];

/** A script of calls; the same seed makes the same one. Users share words, sessions and keys, as households do. */
export function randomCalls(seed: number, calls: number): readonly Play[] {
  const random = seeded(seed);
  return Array.from({ length: calls }, () => {
    const kind = KINDS[random(KINDS.length)];
    if (!kind) throw new Error("no such kind of call");
    return kind(random);
  });
}

/** Plays a script as one user. @returns how each call ended */
export async function play(client: KeepsakeClient, script: readonly Play[]): Promise<string[]> {
  const names: Names = { memories: [], interactions: [], examples: [] };
  const ends: string[] = [];
  for (const call of script) {
    const end = await call(client, names).catch((error: unknown) => {
      const reason = errorReason(error);
      if (reason === null) throw error;
      return reason;
    });
    ends.push(JSON.stringify(end ?? null));
  }
  return ends;
}

/** Mulberry32. */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const one = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const sentence = (random: Random) => `The ${one(random, THINGS)} is in the ${one(random, PLACES)}`;
const question = (random: Random) => `Where is the ${one(random, THINGS)} of the ${one(random, PLACES)}?`;
const NOBODY = "01900000-0000-7000-8000-000000000000";
/** One of the user's own, by its number. */
const named = (names: readonly string[], at: number) => names[at % (names.length || 1)] ?? NOBODY;

const KINDS: readonly ((random: Random) => Play)[] = [
  (random) => {
    const content = sentence(random);
    const tags = [one(random, PLACES)];
    return async ({ memory }, names) => {
      const { id, duplicate, version } = await memory.add.mutate({ content, tags });
      names.memories.push(id);
      return { duplicate, version };
    };
  },
  (random) => {
    const at = random(50);
    const content = sentence(random);
    return async ({ memory }, { memories }) => {
      return (await memory.update.mutate({ id: named(memories, at), content })).version;
    };
  },
  (random) => {
    const at = random(50);
    const isForget = random(2) === 0;
    return async ({ memory }, { memories }) => {
      await memory[isForget ? "forget" : "restore"].mutate({ id: named(memories, at) });
    };
  },
  (random) => {
    const query = sentence(random);
    return async ({ memory }) => {
      const { hits } = await memory.search.query({ query, mode: "keyword", limit: 100 });
      return hits.map(({ content }) => content).sort();
    };
  },
  (random) => {
    const key = one(random, KEYS);
    const value = { [one(random, THINGS)]: random(3) };
    const mode = random(2) === 0 ? ("merge" as const) : ("replace" as const);
    return async ({ preferences }) => (await preferences.set.mutate({ key, value, mode })).version;
  },
  (random) => {
    const key = one(random, KEYS);
    return async ({ preferences }) => void (await preferences.delete.mutate({ key }));
  },
  (random) => {
    const line = {
      sessionId: one(random, SESSIONS),
      role: random(2) === 0 ? ("user" as const) : ("assistant" as const),
    };
    const content = sentence(random);
    return async ({ conversation }, names) => {
      names.interactions.push((await conversation.append.mutate({ ...line, content })).interactionId);
    };
  },
  (random) => {
    const begun = { sessionId: one(random, SESSIONS), text: question(random), budgetMs: 60_000 };
    const text = sentence(random);
    return async ({ conversation }, names) => {
      const { interactionId, cached } = await conversation.begin.mutate(begun);
      names.interactions.push(interactionId);
      if (cached) return cached.response;
      const { cached: kept } = await conversation.complete.mutate({ interactionId, text, cacheable: true });
      return kept.cached;
    };
  },
  (random) => {
    const sessionId = one(random, SESSIONS);
    const isDone = random(4) === 0;
    return async ({ conversation }) => {
      if (isDone) return (await conversation.deleteSession.mutate({ sessionId })).deleted;
      return (await conversation.history.query({ sessionId, limit: 200 })).items.length;
    };
  },
  (random) => {
    const text = question(random);
    const response = sentence(random);
    const at = random(50);
    return async ({ cache }, { memories }) => {
      const dependsOn = { memories: [named(memories, at)] };
      return (await cache.store.mutate({ text, response, tags: ["kept"], dependsOn })).cached;
    };
  },
  (random) => {
    const text = question(random);
    return async ({ cache }) => {
      const looked = await cache.lookup.mutate({ text });
      return looked.hit ? looked.response : null;
    };
  },
  (random) => {
    const text = question(random);
    const all = random(8) === 0;
    return async ({ cache }) => (await (all ? cache.clear.mutate({ all }) : cache.invalidate.mutate({ text }))).removed;
  },
  (random) => {
    const at = random(50);
    const score = 1 + random(5);
    return async ({ training }, names) => {
      const { id, status } = await training.feedback.mutate({ interactionId: named(names.interactions, at), score });
      names.examples.push(id);
      return status;
    };
  },
  (random) => {
    const at = random(50);
    return async ({ training }, { examples }) => void (await training.delete.mutate({ id: named(examples, at) }));
  },
  () =>
    async ({ training }) => {
      const { exportId, manifest } = await training.export.query({ limit: 1_000 });
      return [manifest?.counts.written, (await training.markExported.mutate({ exportId })).marked];
    },
];
