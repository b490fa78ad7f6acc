import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

type Inputs = inferRouterInputs<AppRouter>["preferences"];
type Outputs = inferRouterOutputs<AppRouter>["preferences"];

/** A preference as the server gives it. */
export type Preference = Outputs["get"];
/** What `preferences.set` takes. */
export type NewPreference = Inputs["set"];
/** What `preferences.set` answers: the preference as it is now, and whether the value was applied. */
export type SetPreference = Outputs["set"];
