import type { FeedbackInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { conversations, interactionFeedback, trainingData } from "@keepsake/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** What somebody said of an interaction. */
export type Opinion = Omit<FeedbackInput, "idempotencyKey">;

/**
 * Lets one transaction at a time work on the feedback and the example of an interaction. A message and the feedback on
 * it may come at the same moment: without the lock neither would see the other. Taken after the user's row and before any of the interaction's.
 */
export async function lockInteraction(actor: Actor, tx: Transaction, interactionId: string): Promise<void> {
  await tx.execute(toLock(actor, interactionId));
}

/** A user's id has no space, so that no two pairs make the same text. */
const toLock = (actor: Actor, interactionId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`training ${actor.userId} ${interactionId}`}, 0))`;

/** Keeps the last word on an interaction. @returns the id that its example has or will have, unless it was brought */
export async function putFeedback(actor: Actor, tx: Transaction, opinion: Opinion): Promise<string> {
  const { interactionId, score, comment = null, interactionType } = opinion;
  const exampleId = uuidv7();
  const [row] = await tx
    .insert(interactionFeedback)
    .values({ userId: actor.userId, interactionId, score, comment, interactionType, exampleId })
    .onConflictDoUpdate({
      target: [interactionFeedback.userId, interactionFeedback.interactionId],
      set: {
        score,
        comment,
        updatedAt: sql`now()`,
        exampleId: sql`coalesce(${interactionFeedback.exampleId}, excluded.example_id)`,
        ...(interactionType !== undefined && { interactionType }),
      },
    })
    .returning({ exampleId: interactionFeedback.exampleId });
  return row?.exampleId ?? exampleId;
}

/** What was said of an interaction; null when nothing was. */
export async function findFeedback(actor: Actor, tx: Transaction, interactionId: string) {
  const { score, comment, interactionType, exampleId } = interactionFeedback;
  const [row] = await tx
    .select({ score, comment, interactionType, exampleId })
    .from(interactionFeedback)
    .where(ofInteraction(actor, interactionId));
  return row ?? null;
}

const ofInteraction = (actor: Actor, interactionId: string) =>
  and(ownedBy(actor, interactionFeedback), eq(interactionFeedback.interactionId, interactionId));

/** Puts an opinion on the example of its interaction. @returns the example's id, or null when there is none */
export async function scoreExample(actor: Actor, tx: Transaction, opinion: Opinion): Promise<string | null> {
  const { interactionId, score, comment = null, interactionType = null } = opinion;
  const type = sql`coalesce(${interactionType}, ${trainingData.interactionType})`;
  const isOther = sql`((${trainingData.feedbackScore}, ${trainingData.comment}, ${trainingData.interactionType})
    is distinct from (${score}::integer, ${comment}::text, ${type}))`;
  const [row] = await tx
    .update(trainingData)
    .set({
      feedbackScore: score,
      comment,
      interactionType: type,
      // The same opinion again leaves the version as it is, and an exported example exported.
      version: sql`${trainingData.version} + ${isOther}::integer`,
      exported: sql`${trainingData.exported} and not ${isOther}`,
      updatedAt: sql`case when ${isOther} then now() else ${trainingData.updatedAt} end`,
    })
    .where(and(ownedBy(actor, trainingData), eq(trainingData.interactionId, interactionId)))
    .returning({ id: trainingData.id });
  return row?.id ?? null;
}

/**
 * Makes a training example where an interaction has feedback, a question and an answer; where it has an example already,
 * the example follows the latest answer and keeps its score, comment and correction. To be called in the transaction of
 * an assistant's message, after the message is stored. Does nothing without feedback.
 */
export async function completeWaitingFeedback(actor: Actor, tx: Transaction, interactionId: string): Promise<void> {
  // Sent together: the second statement starts when the lock is there, and then sees what was committed before.
  await Promise.all([tx.execute(toLock(actor, interactionId)), tx.execute(toExampleStatement(actor, interactionId))]);
}

/** Like {@link completeWaitingFeedback}, under a lock that is there already. @returns the example's id, or null */
export async function makeExample(actor: Actor, tx: Transaction, interactionId: string): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(toExampleStatement(actor, interactionId));
  return row?.id ?? null;
}

/**
 * The latest answer of an interaction, with the user's message before it: an interaction of the gateway's own naming may
 * be a whole talk. A message whose clock was ahead of its answer's still counts as its question.
 */
function toExampleStatement(actor: Actor, interactionId: string) {
  const messages = sql`from ${conversations} where ${conversations.userId} = ${actor.userId}
    and ${conversations.interactionId} = ${interactionId}`;
  return sql`
    insert into ${trainingData} ("user_id", "id", "interaction_id", "input_text", "output_text", "feedback_score",
      "comment", "interaction_type", "language", "metadata")
    select ${actor.userId}, coalesce(feedback.example_id, ${uuidv7()}::uuid), feedback.interaction_id, question.content, answer.content,
      feedback.score, feedback.comment, coalesce(feedback.interaction_type, ${typeOf(sql`question`)}),
      coalesce(question.language, answer.language),
      case when question.intent is not null then jsonb_build_object('intent', question.intent) end
    from ${interactionFeedback} feedback
    cross join lateral (select * ${messages} and ${conversations.role} = 'assistant'
      order by ${conversations.createdAt} desc, ${conversations.id} desc limit 1) answer
    cross join lateral (select * ${messages} and ${conversations.role} = 'user'
      order by (${conversations.createdAt}, ${conversations.id}) <= (answer.created_at, answer.id) desc,
        ${conversations.createdAt} desc, ${conversations.id} desc limit 1) question
    where feedback.user_id = ${actor.userId} and feedback.interaction_id = ${interactionId}
    on conflict ("user_id", "interaction_id") do update set input_text = excluded.input_text,
      output_text = excluded.output_text, version = ${trainingData.version} + 1, exported = false, updated_at = now()
      where (${trainingData.inputText}, ${trainingData.outputText})
        is distinct from (excluded.input_text, excluded.output_text)
    returning ${trainingData.id}`;
}

/** Only what the gateway itself said: a type guessed from a text would be learnt as truth. */
const typeOf = (message: ReturnType<typeof sql>) => sql`case
  when ${message}.metadata ->> 'interactionType' in ('command', 'question', 'conversation')
    then ${message}.metadata ->> 'interactionType'
  when ${message}.intent in ('command', 'question', 'conversation') then ${message}.intent end`;

/** An interaction and what should have been answered. */
export interface Correction {
  readonly interactionId: string;
  readonly inputText: string;
  /** What was answered: the rejected one of the pair. */
  readonly outputText: string;
  /** What should have been: the chosen one. */
  readonly correctedText: string;
  readonly language: string | null;
}

/** Keeps a correction on the interaction's example, which it makes where there is none. @returns the example's id */
export async function putCorrection(actor: Actor, tx: Transaction, correction: Correction): Promise<string> {
  const { correctedText } = correction;
  await lockInteraction(actor, tx, correction.interactionId);
  const [row] = await tx
    .insert(trainingData)
    .values({ ...correction, userId: actor.userId, id: uuidv7() })
    .onConflictDoUpdate({
      target: [trainingData.userId, trainingData.interactionId],
      set: { correctedText, version: sql`${trainingData.version} + 1`, exported: false, updatedAt: sql`now()` },
    })
    .returning({ id: trainingData.id });
  if (!row) throw new Error("a correction was not stored");
  return row.id;
}

/** Takes back what was said of an interaction. @returns false when nothing was */
export async function removeFeedback(actor: Actor, tx: Transaction, interactionId: string): Promise<boolean> {
  const rows = await tx
    .delete(interactionFeedback)
    .where(ofInteraction(actor, interactionId))
    .returning({ interactionId: interactionFeedback.interactionId });
  return rows.length > 0;
}
