/**
 * For each mutation that takes an idempotency key: what makes its example another call. A new mutation fails the test
 * until it stands here.
 */
export const OTHER_INPUTS: Readonly<Record<string, Record<string, unknown>>> = {
  "memory.add": { content: "Something else" },
  "memory.addMany": { items: [{ content: "Something else" }] },
  "memory.update": { content: "Something else" },
  "memory.forget": { id: "01900000-0000-7000-8000-000000000000" },
  "memory.restore": { id: "01900000-0000-7000-8000-000000000000" },
  "conversation.begin": { text: "Something else?" },
  "conversation.complete": { text: "Something else." },
  "conversation.correct": { text: "Something else." },
  "conversation.append": { content: "Something else" },
  "conversation.deleteSession": { sessionId: "another" },
  "preferences.set": { value: "something else" },
  "preferences.delete": { key: "something.else" },
  "cache.store": { response: "Something else." },
  "cache.invalidate": { tag: "something-else" },
  "cache.clear": { all: true },
  "training.feedback": { score: 1 },
  "training.add": { outputText: "Something else." },
  "training.update": { correctedText: "Something else." },
  "training.delete": { id: "01900000-0000-7000-8000-000000000000" },
  "training.markExported": { exportId: "01900000-0000-7000-8000-000000000000" },
  "system.createToken": { label: "something else" },
  "system.revokeToken": { id: "aaaa0000" },
  "system.rotateToken": { id: "aaaa0000" },
};

/** Mutations that take no key, and why. */
export const WITHOUT_KEY: Readonly<Record<string, string>> = {
  "cache.lookup": "counts each look-up, and changes nothing else",
  "system.backup": "begins nothing while one is being made, and a second one changes nothing",
  "system.eraseUser": "erases what is left, so that a second call finds nothing; its key would be a trace of the user",
};
