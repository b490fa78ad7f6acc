import { monitorEventLoopDelay } from "node:perf_hooks";

/** Between two of Node's own measurements, milliseconds; so much of each is no delay. */
const RESOLUTION_MS = 20;
/** Over which the delay is averaged: one long pause of the garbage collector is no overload. Milliseconds. */
const WINDOW_MS = 500;

/** How late the event loop comes to its work, averaged over the last half second. */
export class EventLoopDelay implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #delayMs = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#read(), WINDOW_MS).unref();
  }

  /** Milliseconds; 0 on a loop that is always on time. */
  get delayMs(): number {
    return this.#delayMs;
  }

  #read(): void {
    // Without a single measurement, the loop did not turn at all.
    const meanMs = this.#histogram.count === 0 ? WINDOW_MS : this.#histogram.mean / 1e6;
    this.#delayMs = Math.max(0, meanMs - RESOLUTION_MS);
    this.#histogram.reset();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }
}
