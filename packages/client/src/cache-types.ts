import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

type Inputs = inferRouterInputs<AppRouter>["cache"];
type Outputs = inferRouterOutputs<AppRouter>["cache"];

/** What `cache.store` takes. */
export type NewAnswer = Inputs["store"];
/** What `cache.lookup` answers: a hit with its answer, or a miss. */
export type CacheLookup = Outputs["lookup"];
/** A kept answer with its question and its use. */
export type CachedAnswer = Outputs["list"]["items"][number];
