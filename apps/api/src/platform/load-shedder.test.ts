import fc from "fast-check";
import { expect, test } from "vitest";
import { LoadShedder } from "./load-shedder.ts";

test("never more calls are under way than at once, whatever comes and goes, but for a lone batch", () => {
  const steps = fc.array(fc.record({ calls: fc.integer({ min: 1, max: 20 }), ends: fc.boolean() }));
  fc.assert(
    fc.property(steps, (taken) => {
      const shedder = new LoadShedder({ callsAtOnceMax: 10, eventLoopDelayMsMax: 100 }, { delayMs: 0 });
      const underWay: number[] = [];
      for (const { calls, ends } of taken) {
        const ended = ends ? underWay.shift() : undefined;
        if (ended !== undefined) shedder.end(ended);
        try {
          shedder.begin(calls);
          underWay.push(calls);
        } catch {
          expect(underWay.length).toBeGreaterThan(0);
        }
        expect(shedder.underWay).toBe(underWay.reduce((sum, one) => sum + one, 0));
        if (underWay.length > 1) expect(shedder.underWay).toBeLessThanOrEqual(10);
      }
    }),
  );
});

test("a late event loop turns away what comes beyond the first calls, and nothing once it is on time", () => {
  const loop = { delayMs: 101 };
  const shedder = new LoadShedder({ callsAtOnceMax: 1_000, eventLoopDelayMsMax: 100 }, loop);
  for (let call = 0; call < 32; call += 1) shedder.begin(1);
  expect(() => shedder.begin(1)).toThrow("too much to do");
  loop.delayMs = 100;
  shedder.begin(1);
  expect(shedder.underWay).toBe(33);
});
