import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

type Inputs = inferRouterInputs<AppRouter>["memory"];
type Outputs = inferRouterOutputs<AppRouter>["memory"];

/** A memory as the server gives it. */
export type Memory = Outputs["get"];
/** What `memory.add` takes. */
export type NewMemory = Inputs["add"];
/** What `memory.add` answers: the memory, and whether it was there already. */
export type AddedMemory = Outputs["add"];
/** What `memory.search` takes. */
export type MemoryQuery = Inputs["search"];
/** One hit of a search, with its score. */
export type MemoryHit = Outputs["search"]["hits"][number];
