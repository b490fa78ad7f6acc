import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to calls on their way. */
export type Fault = (
  | { readonly kind: "reset" /** The call never arrives, and its connection breaks. */ }
  | { readonly kind: "silent" /** The call never arrives and is never answered. */ }
  | { readonly kind: "slow" /** The call arrives so much later, milliseconds. */; readonly ms: number }
  | { readonly kind: "lost" /** The call arrives; its answer does not. */ }
  | { readonly kind: "half" /** The call arrives; half of its answer comes back, and the connection breaks. */ }
  | {
      readonly kind: "answer" /** Somebody else answers. */;
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: "changed" /** The answer is another one. */; readonly change: (data: Data) => unknown }
) & {
  /** The procedures that it happens to, such as `conversation.begin`; all unless named. */
  readonly to?: readonly string[];
  /** How many calls it happens to; every one unless named. */
  readonly times?: number;
};

/** What a procedure answered, as JSON. */
export type Data = Record<string, unknown>;

/** A call that came by. */
export interface ProxiedCall {
  readonly procedure: string;
  readonly input: Data;
  readonly userId: string | undefined;
}

/** A network between the client and Keepsake. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** All calls so far, those that never arrived too. */
  readonly calls: ProxiedCall[];
  /** Calls that have not come to their end yet. */
  underWay(): number;
  /** Orders a fault in place of any before, or (null) none. */
  setFault(fault: Fault | null): void;
}

/** Starts a proxy before a server. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const state: { fault: Fault | null; left: number } = { fault: null, left: 0 };
  let underWay = 0;
  const calls: ProxiedCall[] = [];
  const takeFault = (procedure: string): Fault | null => {
    const { fault } = state;
    if (fault === null || state.left === 0 || (fault.to && !fault.to.includes(procedure))) return null;
    state.left -= 1;
    return fault;
  };
  const server = createServer((request, response) => {
    underWay += 1;
    pass(target, request, response, calls, takeFault)
      .catch(() => response.destroy())
      .finally(() => {
        underWay -= 1;
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    underWay: () => underWay,
    setFault: (fault) => Object.assign(state, { fault, left: fault?.times ?? Number.POSITIVE_INFINITY }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function pass(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  calls: ProxiedCall[],
  takeFault: (procedure: string) => Fault | null,
): Promise<void> {
  const body = await read(request);
  const procedure = (request.url ?? "").replace(/^\/trpc\//, "").replace(/\?.*$/, "");
  const userId = request.headers["x-keepsake-user"] as string | undefined;
  calls.push({ procedure, input: (JSON.parse(body || "{}").json ?? {}) as Data, userId });
  const fault = takeFault(procedure);
  if (fault?.kind === "reset") return void request.socket.resetAndDestroy();
  if (fault?.kind === "silent") return;
  if (fault?.kind === "answer") return void response.writeHead(fault.status, fault.headers ?? {}).end(fault.body);
  if (fault?.kind === "slow") await sleep(fault.ms);
  const { status, text } = await forward(target, request, body);
  if (fault?.kind === "lost") return void request.socket.resetAndDestroy();
  if (fault?.kind === "half") return breakOff(response, status, text);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(fault?.kind === "changed" && status === 200 ? changed(text, fault.change) : text);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function forward(target: string, request: IncomingMessage, body: string) {
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
  const answer = await fetch(`${target}${request.url}`, {
    method: request.method ?? "POST",
    headers: headers as Record<string, string>,
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

function breakOff(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

function changed(text: string, change: (data: Data) => unknown): string {
  const answer = JSON.parse(text);
  answer.result.data.json = change(answer.result.data.json);
  return JSON.stringify(answer);
}
