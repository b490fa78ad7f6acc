import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { EventLoopDelay } from "./event-loop-delay.ts";

const block = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test("a loop that is blocked again and again is seen to be late", async () => {
  using loop = new EventLoopDelay();
  let latest = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    block(150);
    await delay(1);
    latest = Math.max(latest, loop.delayMs);
  }
  expect(latest).toBeGreaterThan(50);
});
