import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { exportAll } from "./_training-export.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { training } = server.clientOf("redacts");
  await training.add.mutate({
    inputText: "Zadzwoń do Oli: 601 234 567, albo napisz na ola.nowak+dom@example.com",
    outputText: "Dzwonię do Oli (+48 601 234 567). Jest 21.5 °C.",
    correctedText: "Piszę do Marka i Oli",
    comment: "Marek said: (415) 555-2671",
    interactionId: "ola@example.com/7",
    metadata: { Ola: { phone: 601234567, mail: ["ola@example.com", 7, null] }, ola: "2026-11-23T12:30:00Z" },
    feedbackScore: 2,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const SECRETS = /ol[aię]|mar(?:ek|ka)|601|555|example\.com/i;

test("no address, number or listed name is left in any format, metadata included", async () => {
  const { training } = server.clientOf("redacts");
  for (const format of ["jsonl", "openai-chat", "alpaca", "sharegpt", "dpo", "kto"] as const) {
    const { lines, manifest } = await exportAll(training, { format, redact: true, names: ["Ola", "Marek"] });
    expect(lines.length, format).toBeGreaterThan(0);
    for (const line of lines)
      expect(line.replace(/"(?:id|createdAt|updatedAt)":"[^"]*"/g, ""), format).not.toMatch(SECRETS);
    expect(manifest.redaction).toEqual({ names: 2 });
    expect(JSON.stringify(manifest)).not.toMatch(/Ola|Marek/);
  }
});

test("what is replaced reads as what it was, and everything else stays", async () => {
  const { training } = server.clientOf("redacts");
  const { lines } = await exportAll(training, { redact: true, names: ["Ola", "Marek"] });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    inputText: "Zadzwoń do [name]: [phone], albo napisz na [email]",
    outputText: "Dzwonię do [name] ([phone]). Jest 21.5 °C.",
    correctedText: "Piszę do [name] i [name]",
    comment: "[name] said: [phone]",
    interactionId: "[email]/7",
    metadata: { "[name]": { phone: "[phone]", mail: ["[email]", 7, null] }, "[name] 2": "2026-11-23T12:30:00Z" },
  });
});

test("without the wish nothing is replaced, and without names no name is", async () => {
  const { training } = server.clientOf("redacts");
  const plain = await exportAll(training, {});
  expect(plain.lines[0]).toContain("ola.nowak+dom@example.com");
  expect(plain.manifest.redaction).toBeNull();
  const { lines } = await exportAll(training, { redact: true });
  expect(lines[0]).toContain("Zadzwoń do Oli: [phone]");
});
