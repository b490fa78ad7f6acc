import {
  AddedMemory,
  AddManyMemoriesInput,
  AddManyMemoriesOutput,
  AddMemoryInput,
  ChangeMemoryByIdInput,
  ForgottenMemory,
  ListMemoriesInput,
  Memory,
  MemoryHistory,
  MemoryHistoryInput,
  MemoryIdInput,
  MemoryPage,
  MemoryStats,
  MemoryStatsInput,
  SearchMemoriesInput,
  SearchMemoriesOutput,
  UpdateMemoryInput,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { forgetMemory, restoreMemory } from "./forget.ts";
import { getMemory } from "./get-memory.ts";
import { memoryHistory } from "./history.ts";
import { listMemoryPage } from "./list.ts";
import { searchMemories } from "./recall.ts";
import { addManyMemories, addMemory } from "./remember.ts";
import { updateMemory } from "./revise.ts";
import { countMemories } from "./stats-store.ts";

export const memoryRoutes = {
  /**
   * Remembers a content. Answers when it is safe on disk; the vectors follow (`embedding: "pending"`). The same content
   * again is the same memory (`duplicate: true`) with the tags united.
   */
  add: procedure
    .meta({ scope: "write" })
    .input(AddMemoryInput)
    .output(AddedMemory)
    .mutation(({ ctx, input }) => addMemory(ctx.actor, ctx.services, input)),

  /** Remembers up to 500 contents, all or none. One result an item, in the items' order. */
  addMany: procedure
    .meta({ scope: "write" })
    .input(AddManyMemoriesInput)
    .output(AddManyMemoriesOutput)
    .mutation(({ ctx, input }) => addManyMemories(ctx.actor, ctx.services, input)),

  /** A memory by its id. Fails with `MEMORY_NOT_FOUND`. */
  get: procedure
    .meta({ scope: "read" })
    .input(MemoryIdInput)
    .output(Memory)
    .query(({ ctx, input }) => getMemory(ctx.actor, ctx.services.db, input.id, ctx.services)),

  /**
   * Changes the fields that are named and keeps the version before. Fails with `MEMORY_NOT_FOUND`, `VERSION_CONFLICT`
   * (another than `expectedVersion`) and `CONTENT_EXISTS` (another memory says the same).
   */
  update: procedure
    .meta({ scope: "write", alsoScope: "read" })
    .input(UpdateMemoryInput)
    .output(Memory)
    .mutation(({ ctx, input }) => updateMemory(ctx.actor, ctx.services, input)),

  /** A page of memories, newest first. */
  list: procedure
    .meta({ scope: "read" })
    .input(ListMemoriesInput.prefault({}))
    .output(MemoryPage)
    .query(({ ctx, input }) => listMemoryPage(ctx.actor, ctx.services, input)),

  /**
   * Finds memories by meaning and by words, best first. Without a model, or when it is too slow, it goes by words alone
   * and says `degraded: ["embeddings"]`.
   */
  search: procedure
    .meta({ scope: "read" })
    .input(SearchMemoriesInput)
    .output(SearchMemoriesOutput)
    .query(({ ctx, input }) => searchMemories(ctx.actor, ctx.services, input)),

  /** Forgets a memory; `restore` brings it back until `erasedAfter`. Fails with `MEMORY_NOT_FOUND`. */
  forget: procedure
    .meta({ scope: "forget" })
    .input(ChangeMemoryByIdInput)
    .output(ForgottenMemory)
    .mutation(({ ctx, input }) => forgetMemory(ctx.actor, ctx.services, input)),

  /** Brings a forgotten memory back. Fails with `MEMORY_NOT_FOUND` and `CONTENT_EXISTS`. */
  restore: procedure
    .meta({ scope: "write", alsoScope: "read" })
    .input(ChangeMemoryByIdInput)
    .output(Memory)
    .mutation(({ ctx, input }) => restoreMemory(ctx.actor, ctx.services, input)),

  /** Every version of a memory, newest first. Fails with `MEMORY_NOT_FOUND`. */
  history: procedure
    .meta({ scope: "read" })
    .input(MemoryHistoryInput)
    .output(MemoryHistory)
    .query(({ ctx, input }) => memoryHistory(ctx.actor, ctx.services.db, input)),

  /** How much is remembered, and how far its vectors are. */
  stats: procedure
    .meta({ scope: "read" })
    .input(MemoryStatsInput.prefault({}))
    .output(MemoryStats)
    .query(({ ctx }) => countMemories(ctx.actor, ctx.services.db, ctx.services.embeddings?.space.id ?? null)),
} satisfies TRPCRouterRecord;
