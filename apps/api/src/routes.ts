import type { WireErrorShape } from "@keepsake/contract";
import type { TRPCBuiltRouter } from "@trpc/server";
import { cacheRoutes } from "./cache/routes.ts";
import { conversationRoutes } from "./conversation/routes.ts";
import { memoryRoutes } from "./memory/routes.ts";
import { preferencesRoutes } from "./preferences/routes.ts";
import { systemRoutes } from "./system/routes.ts";
import { trainingRoutes } from "./training/routes.ts";

// Annotated, so that the procedures' doc comments travel to the client.
type Routes = {
  memory: typeof memoryRoutes;
  conversation: typeof conversationRoutes;
  preferences: typeof preferencesRoutes;
  cache: typeof cacheRoutes;
  training: typeof trainingRoutes;
  system: typeof systemRoutes;
};

/** Every procedure of the server, by slice. */
export const routes: Routes = {
  memory: memoryRoutes,
  conversation: conversationRoutes,
  preferences: preferencesRoutes,
  cache: cacheRoutes,
  training: trainingRoutes,
  system: systemRoutes,
};

/** What a caller may know. The context is erased on purpose: see docs/decisions/0002-router-types-for-the-client.md. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: WireErrorShape; transformer: true },
  Routes
>;
