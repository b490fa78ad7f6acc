import {
  DeletedPreference,
  DeletePreferenceInput,
  GetManyPreferencesInput,
  GetManyPreferencesOutput,
  ListPreferencesInput,
  Preference,
  PreferenceHistory,
  PreferenceHistoryInput,
  PreferenceKeyInput,
  PreferencePage,
  SetPreferenceInput,
  SetPreferenceOutput,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { deletePreference } from "./delete-preference.ts";
import { getManyPreferences, getPreference } from "./get-preference.ts";
import { preferenceHistory } from "./history.ts";
import { listPreferencePage } from "./list.ts";
import { setPreference } from "./set-preference.ts";

export const preferencesRoutes = {
  /**
   * Sets a preference, replacing its value or merging into it, and keeps the version before. `applied: false` when a
   * better founded value stands: a learned one never overwrites an explicit one. Fails with `VERSION_CONFLICT` (another
   * than `expectedVersion`), and with `INVALID_INPUT` for a learned key or value that instructs a model.
   */
  set: procedure
    .meta({ scope: "write", alsoScope: "read" })
    .input(SetPreferenceInput)
    .output(SetPreferenceOutput)
    .mutation(({ ctx, input }) => setPreference(ctx.actor, ctx.services, input)),

  /** A preference by its key. Fails with `PREFERENCE_NOT_FOUND`. */
  get: procedure
    .meta({ scope: "read" })
    .input(PreferenceKeyInput)
    .output(Preference)
    .query(({ ctx, input }) => getPreference(ctx.actor, ctx.services.db, input.key)),

  /**
   * Up to 100 preferences by their keys, in that order; those that there are not are named in `missing`. Fails with
   * `TOO_LARGE` when together they are over 2 MiB.
   */
  getMany: procedure
    .meta({ scope: "read" })
    .input(GetManyPreferencesInput)
    .output(GetManyPreferencesOutput)
    .query(({ ctx, input }) => getManyPreferences(ctx.actor, ctx.services.db, input.keys)),

  /** A page of preferences in the order of their keys, by category, beginning of the key or origin. */
  list: procedure
    .meta({ scope: "read" })
    .input(ListPreferencesInput.prefault({}))
    .output(PreferencePage)
    .query(({ ctx, input }) => listPreferencePage(ctx.actor, ctx.services.db, input)),

  /**
   * Deletes a preference; its history stays until `erasedAfter`. Fails with `PREFERENCE_NOT_FOUND` and
   * `VERSION_CONFLICT`.
   */
  delete: procedure
    .meta({ scope: "forget" })
    .input(DeletePreferenceInput)
    .output(DeletedPreference)
    .mutation(({ ctx, input }) => deletePreference(ctx.actor, ctx.services, input)),

  /** Every version of a preference, newest first, also of a deleted one. Fails with `PREFERENCE_NOT_FOUND`. */
  history: procedure
    .meta({ scope: "read" })
    .input(PreferenceHistoryInput)
    .output(PreferenceHistory)
    .query(({ ctx, input }) => preferenceHistory(ctx.actor, ctx.services.db, input)),
} satisfies TRPCRouterRecord;
