import {
  AppendMessageInput,
  BeginTurnInput,
  BegunTurn,
  CompletedTurn,
  CompleteTurnInput,
  ConversationHistoryInput,
  CorrectedTurn,
  CorrectTurnInput,
  DeletedSession,
  DeleteSessionInput,
  ListSessionsInput,
  Message,
  MessagePage,
  SearchMessagesInput,
  SearchMessagesOutput,
  SessionPage,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { appendMessage } from "./append.ts";
import { beginTurn } from "./begin.ts";
import { completeTurn } from "./complete.ts";
import { correctTurn } from "./correct.ts";
import { deleteSession } from "./delete-session.ts";
import { conversationHistory } from "./history.ts";
import { searchMessages } from "./search.ts";
import { listSessionPage } from "./sessions.ts";

export const conversationRoutes = {
  /**
   * Before the model: saves what the user said and gives an answer of before (`cached`, saved already: nothing is left
   * to do), or what the model should know (`context`), within `budgetMs`. What is missing is named in `degraded`. The
   * same `interactionId` or `idempotencyKey` again is the same turn. Fails with `IDEMPOTENCY_MISMATCH`.
   */
  begin: procedure
    .meta({ scope: "write", alsoScope: "read" })
    .input(BeginTurnInput)
    .output(BegunTurn)
    .mutation(({ ctx, input }) => beginTurn(ctx.actor, ctx.services, input, ctx.assertStillAdmitted)),

  /**
   * After the model: saves what the assistant answered, and keeps it for the next time the same is asked where
   * `cacheable` says that it may. Fails with `INTERACTION_NOT_FOUND`.
   */
  complete: procedure
    .meta({ scope: "write" })
    .input(CompleteTurnInput)
    .output(CompletedTurn)
    .mutation(({ ctx, input }) => completeTurn(ctx.actor, ctx.services, input)),

  /**
   * Learns from "no, I meant …", all or nothing: the wrong answer is given no more, the right one becomes a training
   * pair, the memory that misled is superseded, the preference is learnt. Fails with `INTERACTION_NOT_FOUND` and
   * `MEMORY_NOT_FOUND`.
   */
  correct: procedure
    .meta({ scope: "write" })
    .input(CorrectTurnInput)
    .output(CorrectedTurn)
    .mutation(({ ctx, input }) => correctTurn(ctx.actor, ctx.services, input)),

  /**
   * Keeps one message of a session. A user message begins an interaction, and the assistant's next message joins it,
   * unless `interactionId` says otherwise; feedback points at that id.
   */
  append: procedure
    .meta({ scope: "write" })
    .input(AppendMessageInput)
    .output(Message)
    .mutation(({ ctx, input }) => appendMessage(ctx.actor, ctx.services, input)),

  /** What was said in a session, oldest first. A session that never was is an empty one. */
  history: procedure
    .meta({ scope: "read" })
    .input(ConversationHistoryInput)
    .output(MessagePage)
    .query(({ ctx, input }) => conversationHistory(ctx.actor, ctx.services.db, input)),

  /**
   * Finds messages by meaning and by words, best first, with the lines around them; what was said beside a message and in
   * its session on that day counts for it. Without a model, or when it is too slow, it goes by words alone and says
   * `degraded: ["embeddings"]`.
   */
  search: procedure
    .meta({ scope: "read" })
    .input(SearchMessagesInput)
    .output(SearchMessagesOutput)
    .query(({ ctx, input }) => searchMessages(ctx.actor, ctx.services, input)),

  /** Every session with its length and its last message, most recently used first. */
  sessions: procedure
    .meta({ scope: "read" })
    .input(ListSessionsInput.prefault({}))
    .output(SessionPage)
    .query(({ ctx, input }) => listSessionPage(ctx.actor, ctx.services.db, input)),

  /**
   * Deletes a session at once: its messages, their vectors, the feedback on them and the cached answers that it gave or
   * got. This cannot be undone. Memories and training examples that were made from it stay; they are deleted on their own.
   */
  deleteSession: procedure
    .meta({ scope: "forget" })
    .input(DeleteSessionInput)
    .output(DeletedSession)
    .mutation(({ ctx, input }) => deleteSession(ctx.actor, ctx.services, input)),
} satisfies TRPCRouterRecord;
