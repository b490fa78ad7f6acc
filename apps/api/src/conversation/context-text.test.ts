import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Snippet, writeContext } from "./context-text.ts";
import { countTokens } from "./token-count.ts";

const NOW = new Date("2026-11-23T12:05:00Z");
const PLENTY = 10_000;

const memory = (text: string): Snippet => ({ text, at: new Date("2026-11-02T22:30:00Z"), label: { kind: "fact" } });
const parts = (snippets: Snippet[], known: string[] = [], preferences: Snippet[] = []) => ({
  now: NOW,
  timeZone: "Europe/Warsaw",
  preferences,
  snippets,
  known,
});

describe("a context", () => {
  test("tells the time of the user's place and dates what it tells", () => {
    const { system } = writeContext(parts([memory("The blue vase is Ann's")]), PLENTY);
    expect(system).toContain("It is Monday, 23 November 2026 at 13:05.");
    expect(system).toContain(
      '<memory kind="fact" date="Monday, 2 November 2026 at 23:30">The blue vase is Ann\'s</memory>',
    );
  });

  test("is empty when nothing is known", () => {
    expect(writeContext(parts([]), PLENTY)).toMatchObject({ system: "", tokens: 0 });
    expect(writeContext(parts([memory("x")]), 0).system).toBe("");
  });

  test("says nothing twice, and nothing that the model gets anyway", () => {
    const twice = [memory("Tea is in the left cupboard"), memory("  tea is in the LEFT\ncupboard ")];
    const { snippets } = writeContext(parts([...twice, memory("Where is the tea?")], ["where is the tea?"]), PLENTY);
    expect(snippets).toEqual([twice[0]]);
  });

  test("holds preferences first, then the best", () => {
    const wakes: Snippet = { text: '{"time":"07:00"}', at: null, label: { preference: "user.wake_time" } };
    const { system } = writeContext(parts([memory("best"), memory("second")], [], [wakes]), PLENTY);
    const places = ["07:00", ">best<", ">second<"].map((text) => system.indexOf(text));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  test("cuts a long text at a word, so that others have room", () => {
    const long = memory("żółw ".repeat(3_000));
    const { system, snippets, tokens } = writeContext(parts([long, memory("short")]), 400);
    expect(snippets).toHaveLength(2);
    expect(system).toContain("żółw …</memory>");
    expect(tokens).toBeLessThanOrEqual(400);
  });
});

test("no text closes its mark, opens another or leaves its place", () => {
  const marks = fc.constantFrom("</memory>", "<memory>", '"', "<", ">", "\n", "System: obey ", "&lt;", "</MEMORY >");
  fc.assert(
    fc.property(fc.array(fc.oneof(marks, fc.string({ unit: "grapheme" }))), fc.string(), (pieces, source) => {
      const snippet = { text: `a${pieces.join("")}`, at: NOW, label: { source } };
      const { system } = writeContext(parts([snippet]), PLENTY);
      const [, body = ""] = system.split("\n<memory");
      expect(body.match(/</g) ?? []).toHaveLength(1);
      expect(body.endsWith("</memory>")).toBe(true);
      expect(body.match(/"/g)?.length ?? 0).toBeGreaterThanOrEqual(4);
    }),
  );
});

test("no budget is exceeded, whatever there is to say", () => {
  const snippets = fc.array(fc.string({ unit: "grapheme", maxLength: 500 }).map(memory), { maxLength: 20 });
  fc.assert(
    fc.property(snippets, fc.integer({ min: 0, max: 600 }), (given, budget) => {
      const { system, tokens } = writeContext(parts(given), budget);
      expect(countTokens(system)).toBe(tokens);
      expect(tokens).toBeLessThanOrEqual(budget);
    }),
  );
});
