import {
  AddExampleInput,
  DeletedExample,
  DeleteExampleInput,
  ExampleIdInput,
  ExamplePage,
  ExportIdInput,
  ExportManifest,
  ExportManifestPage,
  ExportPage,
  ExportTrainingInput,
  Feedback,
  FeedbackInput,
  ListExamplesInput,
  ListExportsInput,
  MarkExportedInput,
  MarkedExport,
  TrainingExample,
  TrainingStats,
  TrainingStatsInput,
  UpdateExampleInput,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { addTrainingExample } from "./add-example.ts";
import { deleteExample } from "./delete-example.ts";
import { exportPage } from "./export.ts";
import { recordFeedback } from "./feedback.ts";
import { getExample } from "./get-example.ts";
import { listExamplePage } from "./list-examples.ts";
import { getManifest, listManifestPage } from "./manifest.ts";
import { markExported } from "./mark-exported.ts";
import { countExamples } from "./stats-store.ts";
import { updateExample } from "./update-example.ts";

export const trainingRoutes = {
  /**
   * Records what somebody thinks of an answer, and makes or updates the training example of its interaction. Feedback may
   * come before the messages do (`status: "waiting"`). Fails with `INTERACTION_NOT_FOUND` for an id in the server's own
   * form that names no interaction.
   */
  feedback: procedure
    .meta({ scope: "write" })
    .input(FeedbackInput)
    .output(Feedback)
    .mutation(({ ctx, input }) => recordFeedback(ctx.actor, ctx.services, input)),

  /**
   * Adds an example that was made elsewhere. Fails with `CONTENT_EXISTS` when its interaction has one, and with
   * `INVALID_INPUT` for a text that instructs a model and comes from another origin than `user`.
   */
  add: procedure
    .meta({ scope: "write" })
    .input(AddExampleInput)
    .output(TrainingExample)
    .mutation(({ ctx, input }) => addTrainingExample(ctx.actor, ctx.services, input)),

  /** An example by its id. Fails with `EXAMPLE_NOT_FOUND`. */
  get: procedure
    .meta({ scope: "read" })
    .input(ExampleIdInput)
    .output(TrainingExample)
    .query(({ ctx, input }) => getExample(ctx.actor, ctx.services.db, input.id)),

  /** A page of examples, newest first. */
  list: procedure
    .meta({ scope: "read" })
    .input(ListExamplesInput.prefault({}))
    .output(ExamplePage)
    .query(({ ctx, input }) => listExamplePage(ctx.actor, ctx.services.db, input)),

  /**
   * Changes the fields that are named; the example then counts as not exported. Fails with `EXAMPLE_NOT_FOUND` and
   * `VERSION_CONFLICT` (another than `expectedVersion`).
   */
  update: procedure
    .meta({ scope: "write", alsoScope: "read" })
    .input(UpdateExampleInput)
    .output(TrainingExample)
    .mutation(({ ctx, input }) => updateExample(ctx.actor, ctx.services, input)),

  /**
   * Deletes an example for good, with the feedback on its interaction. Fails with `EXAMPLE_NOT_FOUND`, or with
   * `INTERACTION_NOT_FOUND` when the interaction has neither example nor feedback.
   */
  delete: procedure
    .meta({ scope: "forget" })
    .input(DeleteExampleInput)
    .output(DeletedExample)
    .mutation(({ ctx, input }) => deleteExample(ctx.actor, ctx.services, input)),

  /** How many examples there are, by score, type and language, and how much feedback waits for its messages. */
  stats: procedure
    .meta({ scope: "read" })
    .input(TrainingStatsInput.prefault({}))
    .output(TrainingStats)
    .query(({ ctx }) => countExamples(ctx.actor, ctx.services.db)),

  /**
   * A page of lines in one of six formats, oldest example first; the last page has the manifest. The next page takes the
   * same options with the `nextCursor` of this one. Nothing counts as exported before `markExported`.
   */
  export: procedure
    .meta({ scope: "export" })
    .input(ExportTrainingInput.prefault({}))
    .output(ExportPage)
    .query(({ ctx, input }) => exportPage(ctx.actor, ctx.services, input)),

  /**
   * Marks what a completed export has written, except what was changed since. The same call again answers the same. Fails
   * with `EXPORT_NOT_FOUND` and `EXPORT_NOT_COMPLETE`.
   */
  markExported: procedure
    .meta({ scope: "export" })
    .input(MarkExportedInput)
    .output(MarkedExport)
    .mutation(({ ctx, input }) => markExported(ctx.actor, ctx.services, input)),

  /** The manifest of a completed export. Fails with `EXPORT_NOT_FOUND` and `EXPORT_NOT_COMPLETE`. */
  manifest: procedure
    .meta({ scope: "read" })
    .input(ExportIdInput)
    .output(ExportManifest)
    .query(({ ctx, input }) => getManifest(ctx.actor, ctx.services.db, input.exportId)),

  /** A page of the manifests of completed exports, newest first. */
  exports: procedure
    .meta({ scope: "read" })
    .input(ListExportsInput.prefault({}))
    .output(ExportManifestPage)
    .query(({ ctx, input }) => listManifestPage(ctx.actor, ctx.services.db, input)),
} satisfies TRPCRouterRecord;
