import type { ListExamplesInput, TrainingExample } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { trainingData } from "@keepsake/db/schema";
import { and, desc, eq, gte, lt, lte, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { exampleColumns, toExample } from "./example-row.ts";

/** Columns of an example about to be stored, with its id. */
export type ExampleDraft = Omit<typeof trainingData.$inferInsert, "userId">;

/** Stores an example. @returns null when its interaction has one already */
export async function addExample(actor: Actor, tx: Transaction, draft: ExampleDraft): Promise<TrainingExample | null> {
  const [row] = await tx
    .insert(trainingData)
    .values({ ...draft, userId: actor.userId })
    .onConflictDoNothing({ target: [trainingData.userId, trainingData.interactionId] })
    .returning(exampleColumns);
  return row ? toExample(row) : null;
}

const withId = (actor: Actor, id: string) => and(ownedBy(actor, trainingData), eq(trainingData.id, id));

/** An example, or null when there is none. */
export async function findExample(actor: Actor, db: Queryable, id: string): Promise<TrainingExample | null> {
  const [row] = await db.select(exampleColumns).from(trainingData).where(withId(actor, id));
  return row ? toExample(row) : null;
}

/** The id of an interaction's example, or null when it has none. */
export async function findIdByInteraction(actor: Actor, db: Queryable, interactionId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: trainingData.id })
    .from(trainingData)
    .where(and(ownedBy(actor, trainingData), eq(trainingData.interactionId, interactionId)));
  return row?.id ?? null;
}

/** The version of an example, which is locked until the transaction ends; null when there is none. */
export async function lockVersion(actor: Actor, tx: Transaction, id: string): Promise<number | null> {
  const [row] = await tx
    .select({ version: trainingData.version })
    .from(trainingData)
    .where(withId(actor, id))
    .for("update");
  return row?.version ?? null;
}

/** Writes the next version of a locked example, which is in no export yet. */
export async function changeExample(
  actor: Actor,
  tx: Transaction,
  id: string,
  change: Partial<ExampleDraft>,
): Promise<TrainingExample> {
  const [row] = await tx
    .update(trainingData)
    .set({ ...change, version: sql`${trainingData.version} + 1`, exported: false, updatedAt: sql`now()` })
    .where(withId(actor, id))
    .returning(exampleColumns);
  if (!row) throw new Error("a locked example was not there");
  return toExample(row);
}

/** Removes an example. @returns false when there is none */
export async function removeExample(actor: Actor, tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.delete(trainingData).where(withId(actor, id)).returning({ id: trainingData.id });
  return rows.length > 0;
}

type Filters = Pick<
  ListExamplesInput,
  "scoreMin" | "scoreMax" | "language" | "interactionType" | "createdAfter" | "createdBefore" | "exported"
>;

/** What a caller's filters mean in SQL; shared by list and export. */
export function matching(filters: Filters): SQL[] {
  const { scoreMin, scoreMax, language, interactionType, createdAfter, createdBefore, exported } = filters;
  const conditions = [
    scoreMin !== undefined && gte(trainingData.feedbackScore, scoreMin),
    scoreMax !== undefined && lte(trainingData.feedbackScore, scoreMax),
    language !== undefined && eq(trainingData.language, language),
    interactionType !== undefined && eq(trainingData.interactionType, interactionType),
    createdAfter && gte(trainingData.createdAt, createdAfter),
    createdBefore && lt(trainingData.createdAt, createdBefore),
    exported !== undefined && eq(trainingData.exported, exported),
  ];
  return conditions.filter((condition) => typeof condition === "object");
}

/** A page of examples, newest first, and one more row when there is a next page. */
export async function listExamples(
  actor: Actor,
  db: Queryable,
  { before, limit, ...filters }: Filters & { before: string | null; limit: number },
): Promise<TrainingExample[]> {
  const rows = await db
    .select(exampleColumns)
    .from(trainingData)
    .where(
      and(
        ownedBy(actor, trainingData),
        before === null ? undefined : lt(trainingData.id, before),
        ...matching(filters),
      ),
    )
    .orderBy(desc(trainingData.id))
    .limit(limit + 1);
  return rows.map(toExample);
}
