import { createClient } from "../src/index.ts";

// A gateway that talks until it is killed. It prints each turn once it is told that it is safe.

const [url = "", userId = "", queueDir = "", run = ""] = process.argv.slice(2);
const keepsake = createClient({ url, userId, queueDir, turnTimeoutMs: 200 });
for (let number = 1; ; number++) {
  const text = `${run}.${number}`;
  const turn = await keepsake.turn({ sessionId: "s", text }, () => `${text}!`);
  process.stdout.write(`${await turn.saved} ${text}\n`);
}
