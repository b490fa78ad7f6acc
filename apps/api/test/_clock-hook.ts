// Moves the process's clock, for tests that start it with `--import` and CLOCK_OFF_BY_MS. Timers are not the clock's.

const offByMs = Number(process.env["CLOCK_OFF_BY_MS"]);
const RealDate = Date;

class MovedDate extends RealDate {
  constructor(...given: [] | [number]) {
    if (given.length === 0) super(RealDate.now() + offByMs);
    else super(...given);
  }

  static override now(): number {
    return RealDate.now() + offByMs;
  }
}

globalThis.Date = MovedDate as DateConstructor;
