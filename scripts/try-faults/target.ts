import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { setTimeout } from "node:timers/promises";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const ASK_AGAIN_FOR_MS = 30_000;

/** What came back, whatever was sent. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** The body as JSON, or null. */
  readonly json: unknown;
}

/** A call as HTTP has it. */
export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is text. */
  readonly body?: unknown;
  /** Whose call it is: one of the two users of this run. */
  readonly user?: string;
  /** Sent in place of the run's own; null for none. */
  readonly token?: string | null;
}

/** A running server, of which its address and a token are known and nothing else. */
export class Target {
  readonly url: URL;
  readonly token: string | null;
  /** Two users that nobody else is. */
  readonly one: string;
  readonly other: string;

  /** @throws Error for an address that is not this machine's: what is sent would be an attack there */
  constructor(url: string, token: string | null) {
    this.url = new URL(url);
    if (this.url.protocol !== "http:" || !LOOPBACK.has(this.url.hostname)) {
      throw new Error(`${url} is not of this machine: only http://127.0.0.1, localhost and [::1] are tried.`);
    }
    this.token = token;
    const run = randomBytes(4).toString("hex");
    [this.one, this.other] = [`faults-one-${run}`, `faults-other-${run}`];
  }

  /** Sends anything: `fetch` would put Host, Origin and bodies right. */
  send(path: string, call: Call = {}): Promise<Answer> {
    const { method = "POST", body, user = this.one, token = this.token } = call;
    const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const headers = {
      ...(text !== undefined && {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(text)),
      }),
      "x-keepsake-user": user,
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...call.headers,
    };
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.url;
      const host = hostname.replace(/[[\]]/g, "");
      const sent = httpRequest({ host, port: port || 80, path, method, headers, agent: false }, async (response) => {
        try {
          let received = "";
          for await (const chunk of response) received += String(chunk);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            json: parse(received),
          });
        } catch (error) {
          reject(error as Error);
        }
      });
      sent.on("error", reject).end(text);
    });
  }

  /** A call that has to go well, though not at once: a busy server may ask for it again, as it does of every client. */
  async ask<T>(path: string, body: unknown, user?: string): Promise<T> {
    const giveUpAt = Date.now() + ASK_AGAIN_FOR_MS;
    const call = { body, ...(user !== undefined && { user }) };
    let answer = await this.send(path, call);
    while (answer.status === 503 && Date.now() < giveUpAt) {
      const seconds = Number(answer.headers["retry-after"]);
      if (!(seconds > 0)) throw new Error(`${path} answered 503 without saying when to come back`);
      await setTimeout(seconds * 1_000 * (1 + Math.random()));
      answer = await this.send(path, call);
    }
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    return answer.json as T;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
