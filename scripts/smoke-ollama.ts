// `pnpm smoke:ollama`: checks a real Ollama and measures search by meaning on it. Exits with 1 when a check fails.
import type { Finding } from "./smoke-ollama/finding.ts";
import { SmokeError } from "./smoke-ollama/ollama-http.ts";
import { smoke } from "./smoke-ollama/smoke.ts";

const { env } = process;
const url = env["OLLAMA_URL"] || "http://127.0.0.1:11434";
const model = env["EMBEDDING_MODEL"] || "nomic-embed-text";

function print({ name, value, passed }: Finding): void {
  const mark = passed === undefined ? " " : passed ? "✓" : "✗";
  console.log(`${mark} ${name.padEnd(36)}  ${value}`);
}

try {
  const failed: string[] = [];
  for await (const finding of smoke(url, model)) {
    print(finding);
    if (finding.passed === false) failed.push(finding.name);
  }
  console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof SmokeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
