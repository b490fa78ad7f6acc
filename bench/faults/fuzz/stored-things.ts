import type { KeepsakeClient } from "../../../packages/client/src/index.ts";
import type { NamedThings } from "./named-things.ts";

/**
 * Stores something of every kind, so that calls find something.
 *
 * @param content stands in all of it
 * @param kind under which its ids are named
 */
export async function storeThings(
  { memory, conversation, preferences, cache, training }: KeepsakeClient,
  content: string,
  named: NamedThings,
  kind: "id" | "foreign",
): Promise<void> {
  const { id } = await memory.add.mutate({ content, tags: ["tag 1"] });
  const begun = await conversation.begin.mutate({ sessionId: "session 1", text: content, budgetMs: 60_000 });
  const { interactionId } = begun;
  const answer = await conversation.complete.mutate({ interactionId, text: content, cacheable: true });
  await preferences.set.mutate({ key: "key.1", value: { text: content } });
  const stored = await cache.store.mutate({ text: content, response: content, tags: ["tag 1"] });
  const example = await training.add.mutate({ inputText: content, outputText: content, feedbackScore: 5 });
  const { exportId } = await training.export.query({});
  for (const one of [id, answer.id, example.id, exportId, stored.cached ? stored.id : null]) named.add(kind, one);
  named.add("interaction", interactionId);
}

/** All that a user can read of it, as one text, without what comes in the background. */
export async function readThings({
  memory,
  conversation,
  preferences,
  cache,
  training,
}: KeepsakeClient): Promise<string> {
  const parts = await Promise.all([
    memory.list.query({}),
    memory.list.query({ forgotten: true }),
    conversation.sessions.query({}),
    conversation.history.query({ sessionId: "session 1" }),
    preferences.list.query({}),
    cache.list.query({ includeExpired: true }),
    training.list.query({}),
    training.exports.query({}),
  ]);
  return JSON.stringify(parts).replace(/"embedding":"[a-z]+"/g, "");
}
