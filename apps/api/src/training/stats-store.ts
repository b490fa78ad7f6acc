import { FORBIDDEN_KEYS, type TrainingStats } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { interactionFeedback, trainingData } from "@keepsake/db/schema";
import { and, count, eq, notExists, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

const countWhere = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`.mapWith(Number);
const scored = (score: number) => countWhere(sql`${trainingData.feedbackScore} = ${score}`);
const typed = (type: string) => countWhere(sql`${trainingData.interactionType} = ${type}`);

/** Counts of a user's examples and of the feedback that waits to become one. */
export async function countExamples(actor: Actor, db: Queryable): Promise<TrainingStats> {
  const [row] = await db
    .select({
      total: count(),
      1: scored(1),
      2: scored(2),
      3: scored(3),
      4: scored(4),
      5: scored(5),
      command: typed("command"),
      question: typed("question"),
      conversation: typed("conversation"),
      corrected: countWhere(sql`${trainingData.correctedText} is not null`),
      exported: countWhere(sql`${trainingData.exported}`),
      scoreAverage: sql<number | null>`avg(${trainingData.feedbackScore})::float8`,
    })
    .from(trainingData)
    .where(ownedBy(actor, trainingData));
  if (!row) throw new Error("a count gave no row");
  const { total, corrected, exported, scoreAverage, command, question, conversation, ...scores } = row;
  const unscored = total - scores[1] - scores[2] - scores[3] - scores[4] - scores[5];
  return {
    total,
    byScore: { ...scores, none: unscored },
    byType: { command, question, conversation, none: total - command - question - conversation },
    ...(await countLanguages(actor, db)),
    corrected,
    exported,
    waiting: await countWaiting(actor, db),
    scoreAverage,
  };
}

async function countLanguages(actor: Actor, db: Queryable) {
  const rows = await db
    .select({ language: trainingData.language, examples: count() })
    .from(trainingData)
    .where(ownedBy(actor, trainingData))
    .groupBy(trainingData.language);
  // Rows that came by other ways than the contract may hold any language.
  const known = rows.flatMap(({ language, examples }) =>
    language === null || FORBIDDEN_KEYS.has(language) ? [] : [[language, examples] as const],
  );
  const languageUnknown = rows.find(({ language }) => language === null)?.examples ?? 0;
  return { byLanguage: Object.fromEntries(known), languageUnknown };
}

async function countWaiting(actor: Actor, db: Queryable): Promise<number> {
  const examples = db
    .select({ one: sql`1` })
    .from(trainingData)
    .where(and(ownedBy(actor, trainingData), eq(trainingData.interactionId, interactionFeedback.interactionId)));
  const [row] = await db
    .select({ waiting: count() })
    .from(interactionFeedback)
    .where(and(ownedBy(actor, interactionFeedback), notExists(examples)));
  return row?.waiting ?? 0;
}
