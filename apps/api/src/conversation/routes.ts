import { AppendMessageInput, ConversationHistoryInput, Message, MessagePage } from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { appendMessage } from "./append.ts";
import { conversationHistory } from "./history.ts";

export const conversationRoutes = {
  /**
   * Keeps one message of a session. A user message begins an interaction, and the assistant's next message joins it,
   * unless `interactionId` says otherwise; feedback points at that id.
   */
  append: procedure
    .input(AppendMessageInput)
    .output(Message)
    .mutation(({ ctx, input }) => appendMessage(ctx.actor, ctx.services, input)),

  /** What was said in a session, oldest first. A session that never was is an empty one. */
  history: procedure
    .input(ConversationHistoryInput)
    .output(MessagePage)
    .query(({ ctx, input }) => conversationHistory(ctx.actor, ctx.services.db, input)),
} satisfies TRPCRouterRecord;
