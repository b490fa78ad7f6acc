import { SystemStatus, SystemStatusInput } from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { systemStatus } from "./status.ts";

export const systemRoutes = {
  /** What the server is made of right now, and what it has to do without. */
  status: procedure
    .meta({ scope: "read" })
    .input(SystemStatusInput.prefault({}))
    .output(SystemStatus)
    .query(({ ctx }) => systemStatus(ctx.services)),
} satisfies TRPCRouterRecord;
