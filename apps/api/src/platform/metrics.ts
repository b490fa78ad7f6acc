import { KEEPSAKE_VERSION } from "@keepsake/contract";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** From one statement on a warm database to a call that ran into every deadline. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * The figures behind `/metrics`, of one server. Labels are procedures, statuses and states: nothing of content, users or
 * tokens, and few enough that a scraper keeps them all.
 */
export interface Metrics {
  /** For figures of one's own; `collect` of a gauge may ask the database, with a deadline. */
  readonly registry: Registry;
  /** Counts a procedure's call, by whichever face it came. */
  countCall(procedure: string, httpStatus: number, seconds: number): void;
  /** Counts an answer of any route, refusals before a procedure among them. */
  countAnswer(httpStatus: number): void;
}

/** A registry of its own for each server: several run in one process, in tests. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({ name: "keepsake_info", help: "The version, as a label.", labelNames: ["version"], registers }).set(
    { version: KEEPSAKE_VERSION },
    1,
  );
  const calls = new Counter({
    name: "keepsake_calls_total",
    help: "Calls of a procedure by the HTTP status of its answer, over tRPC and REST; each call of a batch by itself.",
    labelNames: ["procedure", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "keepsake_call_duration_seconds",
    help: "How long a procedure took, without reading the request and sending the answer.",
    labelNames: ["procedure"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const answers = new Counter({
    name: "keepsake_http_answers_total",
    help: "Answers over HTTP by status, whatever was asked for.",
    labelNames: ["status"],
    registers,
  });
  return {
    registry,
    countCall: (procedure, status, seconds) => {
      calls.inc({ procedure, status });
      durations.observe({ procedure }, seconds);
    },
    countAnswer: (status) => answers.inc({ status }),
  };
}

/** A figure that is asked for whenever somebody looks. */
export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** @returns the figure; null for one that cannot be told now, which is left out then. Must not take seconds. */
  read(): Promise<number | null>;
}

/** Adds a gauge. One whose `read` fails is left out of the answer, and costs the others nothing. */
export function addGauge({ registry }: Metrics, { name, help, read }: GaugeOptions): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read().catch(() => null);
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}
