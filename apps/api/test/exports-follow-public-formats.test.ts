import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startExport } from "../src/training/export.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// The rules of each format as its makers publish them, written down here once more and independently of the code.

const Filled = z.string().refine((text) => text.trim() !== "");

/** OpenAI's chat fine-tuning: an array of messages, of which the last is the assistant's; no other keys. */
const OpenAiChat = z.strictObject({
  messages: z
    .array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: Filled }))
    .min(2)
    .refine((messages) => messages.some(({ role }) => role === "user"))
    .refine((messages) => messages.at(-1)?.role === "assistant"),
});

/** Stanford Alpaca: three texts, of which `input` may be empty. */
const Alpaca = z.strictObject({ instruction: Filled, input: z.string(), output: Filled });

/** ShareGPT: human and gpt in turns, human first, gpt last. */
const ShareGpt = z.strictObject({
  conversations: z
    .array(z.strictObject({ from: z.enum(["system", "human", "gpt"]), value: Filled }))
    .refine((turns) => turns.length >= 2 && turns.length % 2 === 0)
    .refine((turns) => turns.every(({ from }, at) => from === (at % 2 === 0 ? "human" : "gpt"))),
});

/** TRL's preference type in standard form. */
const Dpo = z
  .strictObject({ prompt: Filled, chosen: Filled, rejected: Filled })
  .refine(({ chosen, rejected }) => chosen !== rejected);

/** TRL's unpaired preference type in standard form. */
const Kto = z.strictObject({ prompt: Filled, completion: Filled, label: z.boolean() });

const Iso = z.iso.datetime().transform((text) => new Date(text));
const Column = z.string().nullable();

/** Every column of an example. */
const Jsonl = z.strictObject({
  id: z.uuid(),
  interactionId: Column,
  inputText: Filled,
  outputText: Filled,
  correctedText: Column,
  feedbackScore: z.int().min(1).max(5).nullable(),
  comment: Column,
  interactionType: z.enum(["command", "question", "conversation"]).nullable(),
  language: Column,
  origin: z.enum(["user", "assistant", "tool", "import"]),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  version: z.int(),
  exported: z.boolean(),
  createdAt: Iso,
  updatedAt: Iso,
});

const CONTROLS = Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).join("");
const NASTY = `"Zażółć" \\ gęślą\r\njaźń\u2028 \u2029 \u0085 \u007f \ufeff 👩‍🚒 \u202Eabc\u202C </script> {"a":1}${CONTROLS}`;

const EXAMPLES = [
  { inputText: `five ${NASTY}`, outputText: `good ${NASTY}`, feedbackScore: 5, comment: NASTY, language: "pl" },
  {
    inputText: "four",
    outputText: "fair",
    feedbackScore: 4,
    metadata: { [NASTY.replace("\\", "/")]: [NASTY, 1, null] },
  },
  { inputText: "three", outputText: "so so", feedbackScore: 3 },
  { inputText: "two", outputText: "poor", feedbackScore: 2 },
  { inputText: "one", outputText: "bad", feedbackScore: 1, correctedText: `better ${NASTY}` },
  { inputText: "none", outputText: "unjudged", interactionId: "gateway/1", interactionType: "question" as const },
  { inputText: "same", outputText: "right", correctedText: " right ", feedbackScore: 5 },
  { inputText: "praised", outputText: "wrong all the same", correctedText: "right", feedbackScore: 5 },
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { training } = server.clientOf("formats");
  for (const example of EXAMPLES) await training.add.mutate(example);
});
afterAll(() => server[Symbol.asyncDispose]());

type Options = Parameters<typeof startExport>[2];

/** All that Python's `str.splitlines()` takes for the end of a line, so that even such a reader gets whole lines. */
const LINE_END = new RegExp(
  `[${[10, 11, 12, 13, 28, 29, 30, 133, 8_232, 8_233].map((code) => String.fromCharCode(code)).join("")}]`,
);

/** The streamed text itself, cut into lines. */
async function streamLines<T>(rules: z.ZodType<T>, options: Partial<Options> & Pick<Options, "format">): Promise<T[]> {
  const whole = { notExported: false, redact: false, ...options };
  const { chunks } = await startExport({ userId: "formats" }, server.keepsake.services, whole);
  const text = (await buffer(chunks)).toString("utf8");
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.slice(0, -1).split(LINE_END);
  return lines.map((line) => rules.parse(JSON.parse(line)));
}

const input = (word: string) => EXAMPLES.find(({ inputText }) => inputText.startsWith(word))?.inputText ?? "";

describe("a stream of", () => {
  test("jsonl has every column of every example, as it was given", async () => {
    const rows = await streamLines(Jsonl, { format: "jsonl" });
    const { items } = await server.clientOf("formats").training.list.query();
    expect(rows).toEqual(items.toReversed());
    expect(rows.map(({ inputText }) => inputText)).toEqual(EXAMPLES.map(({ inputText }) => inputText));
  });

  test("openai-chat has the corrected answers, and none that was only refused", async () => {
    const lines = await streamLines(OpenAiChat, { format: "openai-chat" });
    expect(lines.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      [input("five"), `good ${NASTY}`],
      ["four", "fair"],
      ["three", "so so"],
      ["one", `better ${NASTY}`],
      ["none", "unjudged"],
      ["same", "right"],
      ["praised", "right"],
    ]);
  });

  test("alpaca says all that was said as the instruction", async () => {
    const lines = await streamLines(Alpaca, { format: "alpaca", scoreMin: 5 });
    expect(lines).toEqual([
      { instruction: input("five"), input: "", output: `good ${NASTY}` },
      { instruction: "same", input: "", output: "right" },
      { instruction: "praised", input: "", output: "right" },
    ]);
  });

  test("sharegpt has human and gpt in turns, and refused answers where the caller chose the scores", async () => {
    const lines = await streamLines(ShareGpt, { format: "sharegpt", scoreMax: 2 });
    expect(lines.map(({ conversations }) => conversations.map(({ value }) => value))).toEqual([
      ["two", "poor"],
      ["one", `better ${NASTY}`],
    ]);
  });

  test("dpo has a pair for every correction that says something else", async () => {
    expect(await streamLines(Dpo, { format: "dpo" })).toEqual([
      { prompt: "one", chosen: `better ${NASTY}`, rejected: "bad" },
      { prompt: "praised", chosen: "right", rejected: "wrong all the same" },
    ]);
  });

  test("kto labels by score, and by correction where there is one", async () => {
    expect(await streamLines(Kto, { format: "kto" })).toEqual([
      { prompt: input("five"), completion: `good ${NASTY}`, label: true },
      { prompt: "four", completion: "fair", label: true },
      { prompt: "two", completion: "poor", label: false },
      { prompt: "one", completion: "bad", label: false },
      { prompt: "one", completion: `better ${NASTY}`, label: true },
      { prompt: "same", completion: "right", label: true },
      { prompt: "praised", completion: "wrong all the same", label: false },
      { prompt: "praised", completion: "right", label: true },
    ]);
  });
});
