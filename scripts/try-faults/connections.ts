import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Target } from "./target.ts";
import { assertHealthy, assertThat, type Trial } from "./trial.ts";

const SILENT = 100;
/** The server's own limits are 5 s and 15 s. */
const CLOSED_WITHIN_MS = 60_000;
const FLOOD = 5_000;

/** F58 and F60: slow senders, silent ones, and too many calls. */
export const connectionTrials: readonly Trial[] = [
  {
    number: "F58",
    title: "headers and bodies that trickle in, and silent connections",
    async run(target) {
      const head = `POST /memory/add HTTP/1.1\r\nHost: ${target.url.host}\r\n`;
      const body = `${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
      const silent = Array.from({ length: SILENT }, () => open(target, ""));
      const slow = [open(target, head), open(target, body)];
      await assertHealthy(target);
      await Promise.all(slow.map((socket) => assertClosed(socket)));
      await assertHealthy(target);
      for (const socket of silent) socket.destroy();
      return undefined;
    },
  },
  {
    number: "F60",
    title: "one client floods the server",
    async run(target) {
      if (target.token === null) return "without tokens there is no limit of calls";
      const isRefused = await flood(target);
      await assertHealthy(target);
      return isRefused ? undefined : "this machine sends too slowly to pass the limit";
    },
  },
];

function open(target: Target, text: string): Socket {
  const host = target.url.hostname.replace(/[[\]]/g, "");
  const socket = connect({ host, port: Number(target.url.port || 80) });
  socket.on("error", () => {}).on("data", () => {});
  socket.write(text);
  return socket;
}

async function assertClosed(socket: Socket): Promise<void> {
  // A byte now and then, as the attack does, so that no time-out of silence ends it.
  const drip = setInterval(() => socket.writable && socket.write("a"), 500);
  try {
    await once(socket, "close", { signal: AbortSignal.timeout(CLOSED_WITHIN_MS) });
  } catch {
    throw new Error("a connection that trickles is kept open");
  } finally {
    clearInterval(drip);
    socket.destroy();
  }
}

/** @returns whether a call was refused, as it has to be: with the time to wait */
async function flood(target: Target): Promise<boolean> {
  const calls = await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (let sent = 0; sent < FLOOD / 50; sent++) {
        const answer = await target.send("/memory/stats", { body: {} });
        if (answer.status === 200) continue;
        assertThat([429, 503].includes(answer.status), `a flood is answered with ${answer.status}`);
        assertThat(answer.headers["retry-after"] !== undefined, "a refused flood is not told when to come back");
        return true;
      }
      return false;
    }),
  );
  return calls.some(Boolean);
}
