import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeOllama, startFakeOllama } from "../../packages/embeddings/testing/index.ts";
import type { Finding } from "./finding.ts";
import { smoke } from "./smoke.ts";

let fake: FakeOllama;
beforeAll(async () => {
  fake = await startFakeOllama();
});
afterAll(() => fake.close());

async function findingsOf(model = "nomic-embed-text", url = fake.url): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of smoke(url, model)) findings.push(finding);
  return findings;
}

const failedOf = (findings: readonly Finding[]) =>
  findings.filter(({ passed }) => passed === false).map(({ name }) => name);

test("passes on a server that behaves as Ollama does", async () => {
  const findings = await findingsOf();
  expect(failedOf(findings)).toEqual([]);
  expect(findings.filter(({ passed }) => passed).length).toBeGreaterThan(12);
  expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(["date", "machine", "Ollama", "model"]));
});

test("says what to do when the model or the server is missing", async () => {
  await expect(findingsOf("nomic-embed-text:v1")).rejects.toThrow("run `ollama pull nomic-embed-text:v1`");
  await expect(findingsOf("llama3.2")).rejects.toThrow("llama3.2 is not nomic-embed-text");
  await expect(findingsOf("nomic-embed-text", "http://127.0.0.1:1")).rejects.toThrow("Ollama does not answer at");
  await expect(findingsOf("nomic-embed-text", "nonsense")).rejects.toThrow("OLLAMA_URL must be an address");
});

test.each([
  ["another model's vectors", { kind: "wrong-dimension", dimensions: 512 }, "native dimensions"],
  ["vectors of zeros", { kind: "zero" }, "retrieval"],
  [
    "pieces that the model refuses",
    { kind: "poison", containing: "0123456789", as: "nan" },
    "pieces are short enough: digits",
  ],
] as const)("fails on %s, and goes on", async (_what, fault, name) => {
  fake.setFault(fault);
  const findings = await findingsOf();
  fake.setFault(null);
  expect(failedOf(findings)).toContain(name);
  expect(findings.at(-1)?.name).toContain("a batch of");
});
