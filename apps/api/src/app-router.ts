import { createRouter } from "./platform/trpc.ts";
import { type AppRouter, routes } from "./routes.ts";

/** The router that is served. A value of the server alone; other packages know only the type `AppRouter`. */
export const appRouter = createRouter(routes);

// The server serves what the client was promised.
const _promised: AppRouter["_def"]["record"] = appRouter._def.record;
void _promised;
