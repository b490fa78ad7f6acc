// pnpm try:faults [URL]: tries the cases of docs/faults.md on a running server of this machine, of which it knows its address
// and the token of KEEPSAKE_TOKEN and nothing else. It writes as two users of its own and clears up behind itself.
import { Target } from "./try-faults/target.ts";
import { tryAll } from "./try-faults/try-all.ts";

try {
  const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
  const target = new Target(url, process.env["KEEPSAKE_TOKEN"] || null);
  const { passed, failed, skipped } = await tryAll(target, console.log);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
