import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { PGLiteSocketHandler, type PGLiteSocketHandlerOptions } from "@electric-sql/pglite-socket";
import { Lane } from "./lane.ts";
import type { Session } from "./session.ts";
import { SideLane } from "./side-lane.ts";
import { Turnstile } from "./turnstile.ts";

/** Beside the server: a studio's pool, a psql, a command. More are refused. */
const SIDE_CONNECTIONS_MAX = 8;

/** Where the worker listens. */
export interface SocketPaths {
  /** For the server itself, one connection. */
  readonly main: string;
  /** For everybody else of this user. */
  readonly side: string;
}

/** Serves both sockets over the one session. */
export class SocketServer {
  readonly turnstile = new Turnstile();
  readonly #session: Session;
  readonly #handlers = new Set<PGLiteSocketHandler>();
  readonly #servers: Server[] = [];
  #lastId = 0;

  constructor(session: Session) {
    this.#session = session;
    this.turnstile.onWait = (holder) => {
      if (holder instanceof SideLane) holder.beginPatience();
    };
  }

  /** @throws Error of the system's when it cannot listen */
  async start({ main, side }: SocketPaths): Promise<void> {
    await this.#listen(main, 1, () => new Lane(this.#session, this.turnstile));
    await this.#listen(side, SIDE_CONNECTIONS_MAX, (hangUp) => {
      this.#lastId += 1;
      return new SideLane(this.#session, this.turnstile, this.#lastId, hangUp);
    });
  }

  /** Ends every connection, then what they had begun. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await Promise.all([...this.#handlers].map((handler) => handler.detach(true)));
    await Promise.all(closed);
  }

  async #listen(path: string, connectionsMax: number, openLane: (hangUp: () => void) => Lane): Promise<void> {
    const server = createServer((socket) => this.#attach(socket, openLane));
    // The kernel's queue may hold more; those are closed without a word, as pglite-socket does.
    server.maxConnections = connectionsMax;
    server.listen(path);
    await once(server, "listening");
    this.#servers.push(server);
  }

  #attach(socket: Socket, openLane: (hangUp: () => void) => Lane): void {
    const lane = openLane(() => setImmediate(() => void handler.detach(true)));
    // pglite-socket's own queue has private fields; the lane has all that a handler calls.
    const queryQueue = lane as unknown as PGLiteSocketHandlerOptions["queryQueue"];
    const handler = new PGLiteSocketHandler({ queryQueue, closeOnDetach: true });
    this.#handlers.add(handler);
    for (const end of ["close", "error"]) handler.addEventListener(end, () => this.#handlers.delete(handler));
    void handler.attach(socket);
  }
}
