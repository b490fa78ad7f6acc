import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A network between a client and a server that loses calls, and answers. */
export interface LossyProxy extends AsyncDisposable {
  readonly url: string;
  /** Calls that never arrived. */
  lostCalls: number;
  /** Calls that arrived and whose answer did not: for the client the same. */
  lostAnswers: number;
}

/**
 * Stands before a server of HTTP.
 *
 * @param share of calls that are lost, 0 to 1: one in three of them on its way there, the others on their way back
 */
export async function startLossyProxy(target: string, share: number): Promise<LossyProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((call, answer) => pass(call, answer)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lostCalls: 0,
    lostAnswers: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };

  function pass(call: IncomingMessage, answer: ServerResponse): void {
    const chance = Math.random();
    if (chance < share / 3) {
      proxy.lostCalls += 1;
      return void call.socket.resetAndDestroy();
    }
    const { method, headers } = call;
    const onward = request(new URL(call.url ?? "/", target), { method, headers, agent }, (came) => {
      if (chance >= share) return void came.pipe(answer.writeHead(came.statusCode ?? 502, came.headers));
      // Once it answers, it has committed.
      proxy.lostAnswers += 1;
      came.resume();
      call.socket.resetAndDestroy();
    });
    onward.on("error", () => call.socket.destroy());
    call.pipe(onward);
  }
  return proxy;
}
