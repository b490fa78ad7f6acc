import { once } from "node:events";
import { type AddressInfo, connect as connectTo, createServer, type Server, type Socket } from "node:net";

/** What a network does to those who speak over it. */
export type NetworkFault =
  | { readonly kind: "none" }
  /** Nobody listens: a new connection is refused, those that were are closed. */
  | { readonly kind: "down" }
  /** Connections are accepted and closed at once, as a balancer without a backend does; those that were are closed. */
  | { readonly kind: "accept-and-close" }
  /** Every connection stays open and nothing arrives, in neither direction; new ones too. */
  | { readonly kind: "blackhole" }
  /** As a router that forgot: connections that there were go silent, new ones work. */
  | { readonly kind: "half-open" }
  /** Every connection breaks with a RST, now and when a new one is made. */
  | { readonly kind: "reset" }
  /** What is sent and what comes back arrives so much later, milliseconds. */
  | { readonly kind: "slow"; readonly requestMs: number; readonly answerMs: number }
  /** The first request with this text arrives, and its connection breaks before the answer. Happens once. */
  | { readonly kind: "cut-after-query"; readonly text: string }
  /** The first request with this text arrives, and its answer never comes. Happens once. */
  | { readonly kind: "swallow-answer"; readonly text: string };

/** Something that passed through the proxy, when it was handed on. */
export interface PassedChunk {
  /** Which connection, counted from 0. */
  readonly connection: number;
  readonly from: "client" | "server";
  readonly chunk: Buffer;
}

/** A network between a client and a server, of any protocol over TCP. */
export interface NetworkProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open on the client's side. */
  openConnections(): number;
  /** Orders a fault in place of the one before; `none` makes the network well again, for connections to come. */
  setFault(fault: NetworkFault): Promise<void>;
}

type Side = "client" | "server";

interface Connection {
  readonly number: number;
  readonly client: Socket;
  readonly upstream: Socket;
  isSilent: boolean;
  /** What a slow network has not handed on yet; due by `performance.now()`. */
  readonly held: Record<Side, { readonly chunk: Buffer; readonly dueMs: number }[]>;
}

/**
 * Stands between a client and `host:port`.
 *
 * @param onPassed sees what is handed on
 */
export async function startNetworkProxy(
  host: string,
  port: number,
  onPassed: (passed: PassedChunk) => void = () => {},
): Promise<NetworkProxy> {
  const proxy = new Proxying(host, port, onPassed);
  await proxy.listen(0);
  return proxy;
}

class Proxying implements NetworkProxy {
  readonly #host: string;
  readonly #upstreamPort: number;
  readonly #onPassed: (passed: PassedChunk) => void;
  readonly #open = new Set<Connection>();
  #server: Server | null = null;
  #fault: NetworkFault = { kind: "none" };
  #made = 0;
  port = 0;

  constructor(host: string, port: number, onPassed: (passed: PassedChunk) => void) {
    this.#host = host;
    this.#upstreamPort = port;
    this.#onPassed = onPassed;
  }

  async listen(port: number): Promise<void> {
    this.#server = createServer((client) => this.#accept(client)).listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  openConnections(): number {
    return this.#open.size;
  }

  async setFault(fault: NetworkFault): Promise<void> {
    this.#fault = fault;
    for (const connection of [...this.#open]) this.#strike(connection, fault);
    if (fault.kind === "down") await this.#stopListening();
    else if (this.#server === null) await this.listen(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#open) this.#end(connection);
    await this.#stopListening();
  }

  /** What a new fault does to a connection that there was. */
  #strike(connection: Connection, { kind }: NetworkFault): void {
    if (kind === "half-open" || kind === "blackhole") connection.isSilent = true;
    if (kind === "reset") connection.client.resetAndDestroy();
    if (kind === "down" || kind === "accept-and-close") this.#end(connection);
  }

  #accept(client: Socket): void {
    const { kind } = this.#fault;
    client.on("error", () => {});
    if (kind === "reset") return void client.resetAndDestroy();
    if (kind === "accept-and-close") return void client.destroy();
    const upstream = connectTo(this.#upstreamPort, this.#host).on("error", () => {});
    const connection: Connection = {
      number: this.#made++,
      client,
      upstream,
      isSilent: kind === "blackhole",
      held: { client: [], server: [] },
    };
    this.#open.add(connection);
    client.on("data", (chunk) => this.#carry(connection, "client", chunk));
    upstream.on("data", (chunk) => this.#carry(connection, "server", chunk));
    for (const socket of [client, upstream]) socket.on("close", () => this.#end(connection));
  }

  #carry(connection: Connection, from: Side, chunk: Buffer): void {
    if (connection.isSilent) return;
    const fault = this.#fault;
    if (this.#hold(connection, from, chunk)) return;
    this.#pass(connection, from, chunk);
    const isMeant = "text" in fault && from === "client" && chunk.includes(fault.text);
    if (!isMeant) return;
    this.#fault = { kind: "none" };
    connection.isSilent = true;
    // Half-closed by the query's own end: the server gets it whole before it sees that the client is gone.
    if (fault.kind === "cut-after-query") connection.upstream.once("data", () => connection.client.resetAndDestroy());
  }

  /** @returns whether it is held back: by a slow network, or behind something that is */
  #hold(connection: Connection, from: Side, chunk: Buffer): boolean {
    const fault = this.#fault;
    const slowMs = fault.kind !== "slow" ? 0 : from === "client" ? fault.requestMs : fault.answerMs;
    const held = connection.held[from];
    if (slowMs === 0 && held.length === 0) return false;
    held.push({ chunk, dueMs: performance.now() + slowMs });
    if (held.length === 1) this.#passWhenDue(connection, from);
    return true;
  }

  /** One after the other: timers of nearly one moment fire in any order. */
  #passWhenDue(connection: Connection, from: Side): void {
    const [first] = connection.held[from];
    if (!first) return;
    setTimeout(
      () => {
        connection.held[from].shift();
        this.#pass(connection, from, first.chunk);
        this.#passWhenDue(connection, from);
      },
      Math.max(first.dueMs - performance.now(), 0),
    );
  }

  #pass(connection: Connection, from: Side, chunk: Buffer): void {
    if (connection.isSilent) return;
    this.#onPassed({ connection: connection.number, from, chunk });
    (from === "client" ? connection.upstream : connection.client).write(chunk);
  }

  #end(connection: Connection): void {
    // To the client a silent connection stays as it was, whatever its server does.
    if (connection.isSilent && !connection.client.destroyed && this.#server !== null) return;
    connection.client.destroy();
    connection.upstream.destroy();
    this.#open.delete(connection);
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const connection of [...this.#open]) this.#end(connection);
    if (server === null) return;
    server.close();
    await once(server, "close");
  }
}
