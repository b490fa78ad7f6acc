import type { KeepsakeClient } from "@keepsake/client";

/** Makes what an example's input speaks of, and says which of its fields have to name it. */
type Arrange = (client: KeepsakeClient) => Promise<Record<string, unknown>>;

const addMemory: Arrange = async (client) => {
  const { id } = await client.memory.add.mutate({ content: "The user prefers dim lights", tags: ["lighting"] });
  return { id };
};

const forgetMemory: Arrange = async (client) => {
  const { id } = await client.memory.add.mutate({ content: "The user prefers dim lights" });
  await client.memory.forget.mutate({ id });
  return { id };
};

const SESSION = { sessionId: "kitchen-2026-11-23" };

const sayInSession: Arrange = async (client) => {
  const { interactionId } = await client.conversation.append.mutate({ ...SESSION, role: "user", content: "Dim it" });
  await client.conversation.append.mutate({ ...SESSION, role: "assistant", content: "Done." });
  return { interactionId };
};

const beginTurn: Arrange = async (client) => {
  const { interactionId } = await client.conversation.begin.mutate({ ...SESSION, text: "Where is the spare key?" });
  return { interactionId };
};

const setPreference: Arrange = async (client) => {
  const key = "entity_alias.my_office";
  await client.preferences.set.mutate({ key, value: { entity_id: "light.desk" } });
  await client.preferences.set.mutate({ key, value: { entity_id: "light.office_main" } });
  return { key };
};

const storeAnswer: Arrange = async (client) => {
  const question = { text: "When is the recycling collected?", language: "en" };
  await client.cache.store.mutate({ ...question, response: "On Monday.", tags: ["household"] });
  return {};
};

const addExample: Arrange = async (client) => {
  const { id } = await client.training.add.mutate({ inputText: "Dim it", outputText: "Done.", feedbackScore: 5 });
  return { id };
};

const exportExamples: Arrange = async (client) => {
  await addExample(client);
  const { exportId } = await client.training.export.query({});
  return { exportId };
};

/** Only makes something there; the example names it by other things than an id. */
const without =
  (arrange: Arrange): Arrange =>
  async (client) => {
    await arrange(client);
    return {};
  };

const makeToken: Arrange = async (client) => {
  const { id } = await client.system.createToken.mutate({ label: "of an example", role: "gateway" });
  return { id };
};

const ARRANGE: Record<string, Arrange> = {
  "memory.get": addMemory,
  "memory.update": addMemory,
  "memory.list": without(addMemory),
  "memory.search": without(addMemory),
  "memory.forget": addMemory,
  "memory.restore": forgetMemory,
  "memory.history": addMemory,
  "memory.stats": without(addMemory),
  "conversation.complete": beginTurn,
  "conversation.correct": sayInSession,
  "conversation.history": without(sayInSession),
  "conversation.search": without(sayInSession),
  "conversation.sessions": without(sayInSession),
  "conversation.deleteSession": without(sayInSession),
  "preferences.get": setPreference,
  "preferences.getMany": without(setPreference),
  "preferences.list": without(setPreference),
  "preferences.delete": setPreference,
  "preferences.history": setPreference,
  "cache.lookup": storeAnswer,
  "cache.invalidate": storeAnswer,
  "cache.list": storeAnswer,
  "cache.stats": storeAnswer,
  "training.feedback": sayInSession,
  "training.get": addExample,
  "training.list": without(addExample),
  "training.update": addExample,
  "training.delete": addExample,
  "training.stats": without(addExample),
  "training.export": without(addExample),
  "training.markExported": exportExamples,
  "training.manifest": exportExamples,
  "training.exports": without(exportExamples),
  "system.users": without(addMemory),
  "system.tokens": without(makeToken),
  "system.revokeToken": makeToken,
  "system.rotateToken": makeToken,
  "system.audit": without(addMemory),
};

/** Makes ready what the example of a procedure needs; what it returns goes over the example's input. */
export async function arrangeExample(path: string, client: KeepsakeClient): Promise<Record<string, unknown>> {
  return (await ARRANGE[path]?.(client)) ?? {};
}
