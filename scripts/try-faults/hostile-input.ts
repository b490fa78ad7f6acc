import type { Target } from "./target.ts";
import { assertRefused, assertThat, type Trial } from "./trial.ts";

const add = (target: Target, body: unknown) => target.send("/memory/add", { body });
const nested = (depth: number) => `{"content": "x", "metadata": {"a": ${"[".repeat(depth)}${"]".repeat(depth)}}}`;

/** The bodies of F51 to F59: broken, deep, large, poisonous, out of range. */
export const inputTrials: readonly Trial[] = [
  {
    number: "F51",
    title: "zero bytes and halves of surrogate pairs",
    async run(target) {
      for (const text of ["a\\u0000b", "a\\ud800b", "\\udc00"]) {
        assertRefused(text, await add(target, `{"content": "${text}"}`), 400);
        assertRefused(`${text} in metadata`, await add(target, `{"content": "x", "metadata": {"a": "${text}"}}`), 400);
        assertRefused(`${text} in a query`, await target.send("/memory/search", { body: `{"query": "${text}"}` }), 400);
      }
      return undefined;
    },
  },
  {
    number: "F52",
    title: "deep, wide and large bodies",
    async run(target) {
      for (const depth of [65, 10_000, 250_000]) assertRefused(`depth ${depth}`, await add(target, nested(depth)), 400);
      const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, 1]));
      assertRefused("50,000 keys", await add(target, { content: "x", metadata: wide }), 400);
      assertRefused(
        "70,000 items",
        await target.send("/memory/addMany", { body: { items: Array(70_000).fill({}) } }),
        400,
      );
      assertRefused("2 MB", await add(target, { content: "x".repeat(2_000_000) }), 413);
      assertRefused(
        "100 MB announced",
        await target.send("/memory/add", {
          body: "{}",
          headers: { "content-length": "100000000" },
        }),
        413,
      );
      return undefined;
    },
  },
  {
    number: "F53",
    title: "keys and types that change a program's own objects",
    async run(target) {
      for (const key of ["__proto__", "constructor", "prototype"]) {
        const metadata = `{"content": "x", "metadata": {"a": {"${key}": {"polluted": true}}}}`;
        assertRefused(key, await add(target, metadata), 400);
      }
      for (const type of ["regexp", "map", "set", "Error", "bigint"]) {
        const body = { json: { content: "x" }, meta: { values: { content: [type] } } };
        assertRefused(`a ${type}`, await target.send("/trpc/memory.add", { body }), 400);
      }
      const path = { json: { content: "x" }, meta: { values: { "__proto__.polluted": ["Date"] } } };
      assertRefused("a path into the prototype", await target.send("/trpc/memory.add", { body: path }), 400);
      return undefined;
    },
  },
  {
    number: "F54",
    title: "characters with a meaning in SQL, full text, LIKE and regular expressions",
    async run(target) {
      const marks = [
        "'; drop table knowledge; --",
        "a & b | !c",
        "<-> :*",
        "%_\\",
        "$1",
        "(a+)+$",
        '"',
        "''",
        "\\x00",
        "{}[]()",
      ];
      for (const mark of marks) {
        const content = `Kept as it is: ${mark}`;
        const { id } = await target.ask<{ id: string }>("/memory/add", { content });
        const kept = await target.ask<{ content: string }>("/memory/get", { id });
        assertThat(kept.content === content, `${content} came back as ${kept.content}`);
        await target.ask("/memory/search", { query: mark });
        await target.ask("/conversation/search", { query: mark });
      }
      const found = await target.send("/preferences/list", { body: { prefix: "%" } });
      assertThat(found.status < 500, `a prefix of % answers ${found.status}`);
      return undefined;
    },
  },
  {
    number: "F55",
    title: "a text with more distinct words than PostgreSQL indexes",
    async run(target) {
      const words = Array.from({ length: 6_000 }, (_, at) => `w${at.toString(36)}`).join(" ");
      const { id } = await target.ask<{ id: string }>("/memory/add", { content: words.slice(0, 32_768) });
      const { hits } = await target.ask<{ hits: { id: string }[] }>("/memory/search", { query: "w4a" });
      assertThat(
        hits.some((hit) => hit.id === id),
        "a text of 6,000 words is not found by one of them",
      );
      assertRefused("a longer one", await add(target, { content: `${words} ${words}` }), 400);
      return undefined;
    },
  },
  {
    number: "F56",
    title: "numbers and dates beyond what can be kept",
    async run(target) {
      const numbers = ["1e400", "9007199254740993", "-1e400"];
      for (const number of numbers) {
        assertRefused(number, await add(target, `{"content": "x", "metadata": {"n": ${number}}}`), 400);
      }
      for (const date of ["+275760-09-13T00:00:00Z", "0000-01-01", "Invalid Date", "2026-02-30T00:00:00Z", "NaN"]) {
        assertRefused(date, await add(target, { content: "x", validFrom: date }), 400);
      }
      for (const limit of [0, -1, 1.5, 1e308]) {
        assertRefused(`limit ${limit}`, await target.send("/memory/list", { body: { limit } }), 400);
      }
      return undefined;
    },
  },
  {
    number: "F57",
    title: "batches of a thousand calls, and addresses full of commas",
    async run(target) {
      const batch = (count: number) => `/trpc/${Array(count).fill("memory.stats").join(",")}?batch=1`;
      for (const path of [
        batch(21),
        batch(1_000),
        `/trpc/${",".repeat(4_000)}?batch=1`,
        `/trpc/${",".repeat(14_000)}`,
      ]) {
        assertRefused(`${path.length} characters`, await target.send(path, { body: {} }), 400, 404, 414, 431);
      }
      return undefined;
    },
  },
  {
    number: "F59",
    title: "an answer that would be enormous",
    async run(target) {
      assertRefused("a page of 10,000", await target.send("/memory/list", { body: { limit: 10_000 } }), 400);
      assertRefused("10,000 hits", await target.send("/memory/search", { body: { query: "x", limit: 10_000 } }), 400);
      return undefined;
    },
  },
];
