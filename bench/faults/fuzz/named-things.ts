/** What the server has named so far, for inputs that are to name it too. A token stays what it is while there is none. */
export class NamedThings {
  readonly #named = new Map<string, string[]>();

  /** @param kind `id`, `interaction`, `cursor`, `key` or `foreign` */
  add(kind: string, name: unknown): void {
    if (typeof name !== "string") return;
    const names = this.#named.get(kind) ?? [];
    this.#named.set(kind, names);
    // The newest are named most; those of long ago are gone or like the others.
    if (names.length >= 500) names.shift();
    names.push(name);
  }

  /** Takes note of all that an answer names. */
  learn(answer: unknown): void {
    if (Array.isArray(answer)) for (const item of answer.slice(0, 20)) this.learn(item);
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return;
    const { id, exportId, interactionId, nextCursor, key } = answer as Record<string, unknown>;
    this.add("id", id);
    this.add("id", exportId);
    this.add("interaction", interactionId);
    this.add("cursor", nextCursor);
    if (typeof key === "string" && /^[0-9a-f]{64}$/.test(key)) this.add("key", key);
    for (const inner of Object.values(answer)) this.learn(inner);
  }

  /** An input with each token in it replaced. */
  resolve(input: unknown): unknown {
    if (typeof input === "string") return this.#name(input);
    if (Array.isArray(input)) return input.map((item) => this.resolve(item));
    if (typeof input !== "object" || input === null || Object.hasOwn(input, "__proto__")) return input;
    return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, this.resolve(value)]));
  }

  #name(text: string): string {
    const [, kind = "", at] = /^@(id|foreign|interaction|cursor|key):(\d+)$/.exec(text) ?? [];
    const names = this.#named.get(kind);
    return names?.[Number(at) % names.length] ?? text;
  }
}
