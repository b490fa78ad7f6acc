import { BATCH_CALLS_MAX } from "@keepsake/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CallerLimits, type CallerRates } from "./caller-limits.ts";
import { DomainError } from "./domain-error.ts";
import { EventLoopDelay } from "./event-loop-delay.ts";
import { type LoadLimits, LoadShedder } from "./load-shedder.ts";
import { addGauge, type Metrics } from "./metrics.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Answered however much there is to do: whoever watches the server wants to know that it lives. */
    isAlwaysAnswered?: boolean;
    /** Its answer is an export, which may take minutes and has patience of its own. */
    isExport?: boolean;
  }
}

/** What is taken on, of all callers and of each. */
export interface AdmissionLimits extends LoadLimits {
  readonly callsPerSecond: number;
  readonly callsPerMinute: number;
}

/** A caller who is known by a token may fill this share of the server. */
const CALLERS_SHARE = 0.5;
/** Answers of pages that need no token, under way at once. */
const STRANGERS_MAX = 64;
/** A reader who takes nothing of an answer for so long has gone without a word, milliseconds. */
const STALLED_AFTER_MS = 30_000;

/** Counts requests from their headers to the end of their answers, and refuses what is too much. */
export class Admission {
  readonly #shedder: LoadShedder;
  readonly #callers: CallerLimits;
  #strangers = 0;
  readonly #places = new WeakMap<FastifyRequest, Place>();

  constructor(server: FastifyInstance, limits: AdmissionLimits, metrics: Metrics) {
    const delay = new EventLoopDelay();
    this.#tell(metrics, delay);
    this.#shedder = new LoadShedder(limits, delay);
    this.#callers = new CallerLimits(toRates(limits));
    server.addHook("onRequest", async (request, reply) => this.#takeOn(request, reply));
    server.addHook("preHandler", async (request) => this.#places.get(request)?.beginWork());
    server.addHook("onSend", async (request, reply) => {
      this.#places.get(request)?.endWork();
      if (request.routeOptions.config.isExport) return;
      reply.raw.setTimeout(STALLED_AFTER_MS, () => reply.raw.destroy());
    });
    server.addHook("onClose", async () => delay[Symbol.dispose]());
  }

  /**
   * Counts a request for the token that it came with.
   *
   * @throws DomainError `RATE_LIMITED`
   */
  admitCaller(request: FastifyRequest, tokenId: string): void {
    const place = this.#places.get(request);
    const end = this.#callers.begin(tokenId, place?.calls ?? 1);
    if (!place) {
      // What is always answered takes no place, and still no token asks for it oftener than for anything else.
      end();
      return;
    }
    place.atEnd(end);
    if (request.routeOptions.config.isExport) place.atEnd(this.#callers.beginExport(tokenId));
  }

  #tell(metrics: Metrics, delay: EventLoopDelay): void {
    addGauge(metrics, {
      name: "keepsake_calls_under_way",
      help: "Calls that are being answered now; LIMIT_CALLS_AT_ONCE is the most.",
      read: async () => this.#shedder.underWay,
    });
    addGauge(metrics, {
      name: "keepsake_event_loop_delay_seconds",
      help: "How late the event loop is, averaged over half a second; LIMIT_EVENT_LOOP_DELAY_MS is the most.",
      read: async () => delay.delayMs / 1_000,
    });
  }

  /** Pages that need no token have places of their own: who reads none to its end keeps no caller out. */
  #takeOnStranger(reply: FastifyReply): void {
    if (this.#strangers >= STRANGERS_MAX) throw strangersRefused();
    this.#strangers += 1;
    reply.raw.once("close", () => {
      this.#strangers -= 1;
    });
  }

  #takeOn(request: FastifyRequest, reply: FastifyReply): void {
    const { isAlwaysAnswered, isOpen } = request.routeOptions.config;
    if (isAlwaysAnswered) return;
    if (isOpen) this.#takeOnStranger(reply);
    else this.#takeOnCall(request, reply);
  }

  #takeOnCall(request: FastifyRequest, reply: FastifyReply): void {
    const calls = countCalls(request.url);
    this.#shedder.begin(calls);
    const place = new Place(calls);
    place.atEnd(() => this.#shedder.end(calls));
    this.#places.set(request, place);
    reply.raw.once("close", () => place.endAnswer());
  }
}

const strangersRefused = () =>
  new DomainError("OVERLOADED", "Too many pages are asked for at once: try again.", { retryAfterSeconds: 1 });

const toRates = ({ callsPerSecond, callsPerMinute, callsAtOnceMax }: AdmissionLimits): CallerRates => ({
  callsPerSecond,
  callsPerMinute,
  callsAtOnceMax: Math.ceil(callsAtOnceMax * CALLERS_SHARE),
});

/** A batch names its procedures in the path, with commas between them. */
function countCalls(url: string): number {
  const [path = ""] = url.split("?", 1);
  return Math.min(BATCH_CALLS_MAX, (path.match(/,|%2c/gi)?.length ?? 0) + 1);
}

/** A request's place among those under way: until its answer is sent, and until its work has ended where nobody waits. */
class Place {
  readonly calls: number;
  readonly #atEnd: (() => void)[] = [];
  #isWorking = false;
  #isAnswered = false;

  constructor(calls: number) {
    this.calls = calls;
  }

  /** Whoever has gone while they were still looked at has no end to come. */
  atEnd(end: () => void): void {
    if (this.#isAnswered && !this.#isWorking) end();
    else this.#atEnd.push(end);
  }

  beginWork(): void {
    this.#isWorking = true;
  }

  endWork(): void {
    this.#isWorking = false;
    this.#leaveWhenDone();
  }

  endAnswer(): void {
    this.#isAnswered = true;
    this.#leaveWhenDone();
  }

  #leaveWhenDone(): void {
    if (this.#isWorking || !this.#isAnswered) return;
    for (const end of this.#atEnd.splice(0)) end();
  }
}
