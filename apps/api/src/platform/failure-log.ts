import type { WireErrorShape } from "@keepsake/contract";
import { describeCause } from "./describe-cause.ts";
import type { Logger } from "./logger.ts";

/** Tells the log of a failure. A caller's mistake is the caller's to read; what failed inside is ours. */
export function logFailure(logger: Logger, error: unknown, { message, data }: WireErrorShape): void {
  const line = { requestId: data.requestId, path: data.path, reason: data.reason };
  if (data.httpStatus < 500) logger.debug(line, message);
  else logger.error({ ...line, cause: describeCause(error) }, "a call failed");
}
