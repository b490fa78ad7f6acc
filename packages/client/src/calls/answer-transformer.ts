import type { TRPCCombinedDataTransformer } from "@trpc/server";
import superjson, { type SuperJSONResult } from "superjson";

/**
 * superjson, but that an answer holds what its JSON holds. A Keepsake writes a value that is found in two places out in
 * both (superjson without `dedupe`), so nothing is lost by not making one of them; a stranger's few hundred bytes could
 * say so of values within values, which take for ever to be walked.
 */
export const answerTransformer: TRPCCombinedDataTransformer = {
  input: { serialize: superjson.serialize, deserialize: superjson.deserialize },
  output: { serialize: superjson.serialize, deserialize: deserializeAnswer },
};

function deserializeAnswer({ json, meta }: SuperJSONResult): unknown {
  if (!meta) return superjson.deserialize({ json });
  const { referentialEqualities: _ignored, ...types } = meta;
  return superjson.deserialize({ json, meta: types });
}
