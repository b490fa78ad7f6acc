import type { KeepsakeClient } from "@keepsake/client";
import { exampleOf } from "../../src/rest/examples/examples.ts";
import { fieldsOf } from "../../src/rest/schema-fields.ts";
import { listTwins } from "../../src/rest/twins.ts";
import { arrangeExample } from "../_example-calls.ts";
import { eventually } from "../_keepsake-server.ts";
import { isForAdmins } from "./scope-of.ts";

/** Stands in every text that the victim has. An answer to anybody else that has it is a leak. */
export const CANARY = "zqcanary";
/** As long as {@link CANARY}, and in nobody's text. */
const NOBODY = "zqnobody";

/** Whose rows nobody else may see. */
export const VICTIM = `${CANARY}.victim`;

/** Far longer than any test: the victim's question stays under way. */
const UNDER_WAY_MS = 300_000;

/** Every name by which somebody could ask for what is the victim's. */
export type Known = Awaited<ReturnType<typeof arrangeVictim>>;

/**
 * Gives a user rows in every table, each text with the canary, and waits for the vectors.
 *
 * @param callByKey sends a procedure's example with an idempotency key, as the victim
 */
export async function arrangeVictim(client: KeepsakeClient, callByKey: (path: string, input: object) => Promise<void>) {
  await sendWithKeys(client, callByKey);
  const known = {
    userId: VICTIM,
    keyPrefix: CANARY,
    ...(await remember(client)),
    ...(await talk(client)),
    ...(await prefer(client)),
    ...(await teach(client)),
    ...(await keepAnswers(client)),
  };
  await eventually("the victim has its vectors", async () => {
    const { memories, embeddings } = await client.memory.stats.query();
    const found = await client.conversation.search.query({ query: known.said, mode: "semantic" });
    return embeddings.ready === memories && found.hits.length > 0;
  });
  return known;
}

/** The same names in the same forms, of things that never were. */
export function ghostOf(known: Known): Known {
  return Object.fromEntries(Object.entries(known).map(([name, value]) => [name, toGhost(value)])) as Known;
}

/** A text as it would be had the victim never been. */
export function toGhost(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return [...text].reverse().join("");
  const list = /^W[\w-]{40,}$/.test(text) ? Buffer.from(text, "base64url").toString() : null;
  if (list?.startsWith("[")) return Buffer.from(toGhost(list)).toString("base64url");
  return text
    .replaceAll(CANARY, NOBODY)
    .replace(/\b([0-9a-f]{8}-(?:[0-9a-f]{4}-){3})[0-9a-f]{12}\b/g, "$1ffffffffffff");
}

/** The key that the victim used for a procedure. */
export const keyFor = ({ keyPrefix }: Pick<Known, "keyPrefix">, path: string) => `${keyPrefix}-${path}`;

async function sendWithKeys(client: KeepsakeClient, callByKey: (path: string, input: object) => Promise<void>) {
  for (const { path, input } of listTwins()) {
    if (isForAdmins(path) || !fieldsOf(input).has("idempotencyKey")) continue;
    const arranged = await arrangeExample(path, client);
    await callByKey(path, {
      ...(exampleOf(path).input as object),
      ...arranged,
      idempotencyKey: keyFor({ keyPrefix: CANARY }, path),
    });
  }
}

/** A cursor of the victim's own pages. */
const cursorOf = ({ nextCursor }: { readonly nextCursor: string | null }): string => {
  if (nextCursor === null) throw new Error("the victim has too little for a second page");
  return nextCursor;
};

async function remember({ memory }: KeepsakeClient) {
  const tag = `${CANARY}-tag`;
  const source = `${CANARY} source`;
  const kind = `${CANARY} kind`;
  const fields = { tags: [tag], source, kind, metadata: { [`${CANARY}-field`]: `${CANARY} value` } };
  const { id: memoryId } = await memory.add.mutate({ content: `The ${CANARY} vase is green`, ...fields });
  const memoryContent = `The ${CANARY} vase is blue`;
  await memory.update.mutate({ id: memoryId, content: memoryContent });
  await memory.update.mutate({ id: memoryId, importance: 0.7 });
  const forgottenContent = `The ${CANARY} letter is burnt`;
  const { id: forgottenMemoryId } = await memory.add.mutate({ content: forgottenContent, ...fields });
  await memory.forget.mutate({ id: forgottenMemoryId });
  await memory.add.mutate({ content: `The ${CANARY} ring is lost`, ...fields });
  const memoryCursor = cursorOf(await memory.list.query({ limit: 1, tags: [tag] }));
  const memoryVersionCursor = cursorOf(await memory.history.query({ id: memoryId, limit: 1 }));
  return {
    tag,
    source,
    kind,
    memoryId,
    memoryContent,
    forgottenMemoryId,
    forgottenContent,
    memoryCursor,
    memoryVersionCursor,
  };
}

async function talk({ conversation }: KeepsakeClient) {
  const sessionId = `${CANARY}-session`;
  const otherSessionId = `${CANARY}-session-2`;
  const said = `The ${CANARY} key lies under the mat`;
  const intent = `${CANARY}_intent`;
  const metadata = { note: `${CANARY} note` };
  const line = { sessionId, intent, metadata } as const;
  const { interactionId } = await conversation.append.mutate({ ...line, role: "user", content: said });
  await conversation.append.mutate({ ...line, role: "assistant", content: `${CANARY} is noted` });
  const gatewayInteractionId = `${CANARY}-interaction`;
  await conversation.append.mutate({
    ...line,
    role: "user",
    content: `${CANARY} once more`,
    interactionId: gatewayInteractionId,
  });
  await conversation.append.mutate({ sessionId: otherSessionId, role: "user", content: `${CANARY} elsewhere` });
  const openQuestion = `Where is the ${CANARY} gold kept?`;
  const begun = { sessionId, text: openQuestion, joinMs: UNDER_WAY_MS, intent: "question", metadata };
  const { interactionId: openInteractionId } = await conversation.begin.mutate(begun);
  const messageCursor = cursorOf(await conversation.history.query({ sessionId, limit: 1 }));
  const sessionCursor = cursorOf(await conversation.sessions.query({ limit: 1 }));
  return {
    sessionId,
    otherSessionId,
    said,
    intent,
    interactionId,
    gatewayInteractionId,
    openQuestion,
    openInteractionId,
    messageCursor,
    sessionCursor,
  };
}

async function prefer({ preferences }: KeepsakeClient) {
  const preferenceKey = `${CANARY}.key`;
  const deletedPreferenceKey = `${CANARY}.gone`;
  const category = `${CANARY} category`;
  for (const value of [`${CANARY} one`, `${CANARY} two`, { [CANARY]: CANARY }]) {
    await preferences.set.mutate({ key: preferenceKey, value, category });
  }
  await preferences.set.mutate({ key: `${CANARY}.other`, value: CANARY, category });
  await preferences.set.mutate({ key: deletedPreferenceKey, value: CANARY });
  await preferences.delete.mutate({ key: deletedPreferenceKey });
  const preferenceCursor = cursorOf(await preferences.list.query({ limit: 1, category }));
  const preferenceVersionCursor = cursorOf(await preferences.history.query({ key: preferenceKey, limit: 1 }));
  return { preferenceKey, deletedPreferenceKey, category, preferenceCursor, preferenceVersionCursor };
}

async function teach({ conversation, training }: KeepsakeClient) {
  const sessionId = `${CANARY}-lesson`;
  const asked = await conversation.append.mutate({ sessionId, role: "user", content: `Dim the ${CANARY} lamp` });
  await conversation.append.mutate({ sessionId, role: "assistant", content: `The ${CANARY} lamp is dim` });
  const exampleInteractionId = asked.interactionId;
  const comment = `${CANARY} comment`;
  const { id: exampleId } = await training.feedback.mutate({ interactionId: exampleInteractionId, score: 5, comment });
  const inputText = `What is the ${CANARY} code?`;
  const metadata = { note: `${CANARY} note` };
  await training.add.mutate({ inputText, outputText: `${CANARY} 1234`, feedbackScore: 4, comment, metadata });
  const waitingInteractionId = `${CANARY}-waiting`;
  await training.feedback.mutate({ interactionId: waitingInteractionId, score: 2, comment });
  const { exportId } = await training.export.query({});
  await training.export.query({ format: "alpaca" });
  const unfinished = await training.export.query({ limit: 1 });
  const exampleCursor = cursorOf(await training.list.query({ limit: 1 }));
  const manifestCursor = cursorOf(await training.exports.query({ limit: 1 }));
  return {
    exampleId,
    inputText,
    exampleInteractionId,
    waitingInteractionId,
    exportId,
    unfinishedExportId: unfinished.exportId,
    exportCursor: cursorOf(unfinished),
    exampleCursor,
    manifestCursor,
  };
}

async function keepAnswers({ cache, memory, preferences }: KeepsakeClient) {
  const question = `Which colour has the ${CANARY} vase in the hall?`;
  const cacheTag = `${CANARY}-answers`;
  const { id } = await memory.add.mutate({ content: `The ${CANARY} hall has a vase` });
  await preferences.set.mutate({ key: `${CANARY}.style`, value: CANARY });
  const dependsOn = { memories: [id], preferences: [`${CANARY}.style`] };
  const more = { tags: [cacheTag], metadata: { note: CANARY }, dependsOn };
  const kept = await cache.store.mutate({ text: question, response: `${CANARY} blue`, ...more });
  await cache.store.mutate({ text: `Who sold the ${CANARY} vase?`, response: `${CANARY} Ola`, ...more });
  await cache.lookup.mutate({ text: question });
  if (!kept.cached) throw new Error(`the victim's answer was not kept: ${kept.reason}`);
  const answerCursor = cursorOf(await cache.list.query({ limit: 1 }));
  return {
    question,
    cacheTag,
    dependedMemoryId: id,
    dependedKey: `${CANARY}.style`,
    answerId: kept.id,
    answerKey: kept.key,
    answerCursor,
  };
}
