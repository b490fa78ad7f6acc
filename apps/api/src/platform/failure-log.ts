import type { ErrorReason, WireErrorShape } from "@keepsake/contract";
import { DataDamage, isDamage } from "./data-damage.ts";
import { describeCause } from "./describe-cause.ts";
import { GatheredRefusals } from "./gathered-refusals.ts";
import type { Logger } from "./logger.ts";

/** What comes of load, of a disk or of a database that is away: no fault inside, and a great many at once. */
const EXPECTED: ReadonlySet<ErrorReason> = new Set([
  "OVERLOADED",
  "RATE_LIMITED",
  "DATABASE_UNAVAILABLE",
  "STORAGE_FULL",
] satisfies ErrorReason[]);

/** What else the log is to hold of work that failed. */
interface FailedWork {
  /** It is not tried again. */
  readonly isLost?: boolean;
  readonly [field: string]: unknown;
}

/** Tells the log of failures, and remembers what a later look at the server's health has to tell of them. */
export class FailureLog {
  readonly #logger: Logger;
  readonly #refusals: GatheredRefusals<Record<string, unknown>>;
  /** Whether a call, or work behind the scenes, has met damaged data. */
  readonly damage = new DataDamage();

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#refusals = new GatheredRefusals((reason, calls, latest) =>
      logger.warn({ ...latest, calls }, `${calls === 1 ? "a call was" : `${calls} calls were`} refused: ${reason}`),
    );
  }

  /**
   * A caller's mistake is the caller's to read, a line each at debug; what is expected is told by numbers, as a warning;
   * what failed inside is ours, an error each.
   */
  tell(error: unknown, { message, data }: WireErrorShape): void {
    const line = { requestId: data.requestId, path: data.path, reason: data.reason };
    if (isDamage(error) && this.damage.note(this.#logger, error)) return;
    if (EXPECTED.has(data.reason)) this.#refusals.add(data.reason, { ...line, cause: describeCause(error) });
    // A mistake's message quotes names of the caller's own, which may say anything.
    if (data.reason === "INVALID_INPUT")
      this.#logger.debug({ ...line, fields: data.issues?.length ?? 0 }, "wrong input");
    else if (data.httpStatus < 500 || EXPECTED.has(data.reason)) this.#logger.debug(line, message);
    else this.#logger.error({ ...line, cause: describeCause(error) }, "a call failed");
  }

  /** What failed where no caller waits for it: one line, without what an error may quote. Damage is remembered here too. */
  tellOfWork(error: unknown, said: string, { isLost = false, ...more }: FailedWork = {}): void {
    if (isDamage(error) && this.damage.note(this.#logger, error)) return;
    this.#logger[isLost ? "error" : "warn"]({ ...more, cause: describeCause(error) }, said);
  }
}
