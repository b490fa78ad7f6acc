import { ExportOptions } from "@keepsake/contract";
import { procedure } from "../platform/trpc.ts";
import { startExport } from "../training/export.ts";
import { StreamedAnswer } from "./streamed-answer.ts";

/** Procedures that answer in pages over tRPC and at once, as one stream, over REST. */
export const streamedRoutes = {
  training: {
    /**
     * Training examples as JSON Lines in one of six formats, oldest first, written while they are read. The header
     * `x-keepsake-export-id` names the export for `training.manifest` and `training.markExported`; both know it once the
     * stream has ended well, and a stream that breaks off marks nothing.
     */
    export: procedure
      .meta({ scope: "export" })
      .input(ExportOptions.prefault({}))
      .query(async ({ ctx, input }) => {
        const { exportId, chunks } = await startExport(ctx.actor, ctx.services, input);
        return new StreamedAnswer(chunks, {
          "content-type": "application/x-ndjson; charset=utf-8",
          "content-disposition": `attachment; filename="training-${input.format}-${exportId}.jsonl"`,
          "x-keepsake-export-id": exportId,
        });
      }),
  },
};
