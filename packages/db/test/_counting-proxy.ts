import { startNetworkProxy } from "@keepsake/db/testing";

/** A way to the database that counts how often the client waits: each turn from sending to receiving. */
export interface CountingProxy extends AsyncDisposable {
  readonly port: number;
  /** Waits since the last call of this, on the connections that a text was sent over meanwhile. */
  takeWaits(text: string): number;
}

/** Answers are held back so long, milliseconds: what the client sends without waiting for them is all there by then. */
const HOLD_MS = 80;

interface Talk {
  waits: number;
  isClientSpeaking: boolean;
  sent: string;
}

/** Forwards every connection to `host:port`. */
export async function startCountingProxy(host: string, port: number): Promise<CountingProxy> {
  const talks = new Map<number, Talk>();
  const proxy = await startNetworkProxy(host, port, ({ connection, from, chunk }) => {
    const talk = talks.get(connection) ?? { waits: 0, isClientSpeaking: false, sent: "" };
    talks.set(connection, talk);
    if (from === "client") talk.sent += chunk.toString("latin1");
    else if (talk.isClientSpeaking) talk.waits += 1;
    talk.isClientSpeaking = from === "client";
  });
  await proxy.setFault({ kind: "slow", requestMs: 0, answerMs: HOLD_MS });
  return {
    port: proxy.port,
    takeWaits(text) {
      const told = [...talks.values()].filter(({ sent }) => sent.includes(text));
      const waits = told.reduce((sum, talk) => sum + talk.waits, 0);
      for (const talk of talks.values()) Object.assign(talk, { waits: 0, sent: "" });
      return waits;
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
