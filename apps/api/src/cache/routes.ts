import {
  CachedAnswerPage,
  CacheLookup,
  CacheLookupInput,
  CacheStats,
  CacheStatsInput,
  ClearCacheInput,
  InvalidateAnswersInput,
  ListAnswersInput,
  RemovedAnswers,
  StoreAnswerInput,
  StoredAnswer,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { clearCache } from "./clear.ts";
import { invalidateAnswers } from "./invalidate.ts";
import { keepAnswer } from "./keep-answer.ts";
import { listAnswers } from "./list.ts";
import { lookUpAnswer } from "./look-up.ts";
import { countCache } from "./stats-store.ts";

export const cacheRoutes = {
  /**
   * The kept answer to a question, if there is one: the same words in the same language, whatever their case, white
   * space and final mark; numbers, signs and units have to be the same to the letter. Counts a hit or a miss.
   */
  lookup: procedure
    .meta({ scope: "read" })
    .input(CacheLookupInput)
    .output(CacheLookup)
    .mutation(({ ctx, input }) => lookUpAnswer(ctx.actor, ctx.services.db, input)),

  /**
   * Keeps an answer in the place of an earlier one to the same question, until its time is over or one of the memories
   * and preferences in `dependsOn` changes. `cached: false` says why it was not kept.
   */
  store: procedure
    .meta({ scope: "write" })
    .input(StoreAnswerInput)
    .output(StoredAnswer)
    .mutation(({ ctx, input }) => keepAnswer(ctx.actor, ctx.services, input)),

  /** Removes the answers that were made from something, bear a tag, or answer a question. None is no error. */
  invalidate: procedure
    .meta({ scope: "write" })
    .input(InvalidateAnswersInput)
    .output(RemovedAnswers)
    .mutation(({ ctx, input }) => invalidateAnswers(ctx.actor, ctx.services, input)),

  /** Removes the answers whose time is over; with `all`, every answer. */
  clear: procedure
    .meta({ scope: "write" })
    .input(ClearCacheInput.prefault({}))
    .output(RemovedAnswers)
    .mutation(({ ctx, input }) => clearCache(ctx.actor, ctx.services, input)),

  /** A page of kept answers with their use, newest first. Looking at them counts nothing. */
  list: procedure
    .meta({ scope: "read" })
    .input(ListAnswersInput.prefault({}))
    .output(CachedAnswerPage)
    .query(({ ctx, input }) => listAnswers(ctx.actor, ctx.services.db, input)),

  /** How much the cache holds and what it did, kept over restarts. */
  stats: procedure
    .meta({ scope: "read" })
    .input(CacheStatsInput.prefault({}))
    .output(CacheStats)
    .query(({ ctx }) => countCache(ctx.actor, ctx.services.db, ctx.services.settings)),
} satisfies TRPCRouterRecord;
