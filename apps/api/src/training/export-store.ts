import type { ExportManifest, ExportOptions, TrainingExample } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { trainingData, trainingExportRows, trainingExports } from "@keepsake/db/schema";
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { exampleColumns, toExample } from "./example-row.ts";
import { matching } from "./example-store.ts";
import type { ExportRequest } from "./export-plan.ts";

const withId = (actor: Actor, id: string) => and(ownedBy(actor, trainingExports), eq(trainingExports.id, id));

/** Notes an export that begins now. */
export async function addExport(actor: Actor, tx: Transaction, id: string, request: ExportRequest): Promise<void> {
  const { format, ...options } = request;
  await tx.insert(trainingExports).values({ userId: actor.userId, id, format, options });
}

/** An export, completed or not; null when there is none. */
export async function findExport(actor: Actor, db: Queryable, id: string) {
  const [row] = await db.select().from(trainingExports).where(withId(actor, id));
  return row ?? null;
}

/** A stretch of the examples in the order of their ids. */
export interface Stretch {
  readonly exportId: string;
  readonly options: ExportOptions;
  /** The example before the first one; null from the beginning. */
  readonly after: string | null;
  readonly rowsMax: number;
  /** Bytes of the texts of all rows together; the first row may be larger. */
  readonly bytesMax: number;
}

/**
 * The next examples of an export: those that its filters let through and that were there when it began.
 *
 * @returns `isLast` when none follow
 */
export async function readExamples(
  actor: Actor,
  db: Queryable,
  stretch: Stretch,
): Promise<{ examples: TrainingExample[]; isLast: boolean }> {
  const { last, isLast } = await measure(actor, db, stretch);
  if (last === null) return { examples: [], isLast };
  const rows = await db
    .select(exampleColumns)
    .from(trainingData)
    .where(and(inStretch(actor, stretch), lte(trainingData.id, last)))
    .orderBy(asc(trainingData.id));
  return { examples: rows.map(toExample), isLast };
}

/** Where the stretch ends: rows are measured before they are fetched, since one may be a hundred times another. */
async function measure(actor: Actor, db: Queryable, stretch: Stretch) {
  const { correctedText, comment, metadata, inputText, outputText } = trainingData;
  const bytes = sql<number>`octet_length(${inputText}) + octet_length(${outputText})
    + coalesce(octet_length(${correctedText}), 0) + coalesce(octet_length(${comment}), 0)
    + coalesce(pg_column_size(${metadata}), 0)`;
  const found = await db
    .select({ id: trainingData.id, bytes })
    .from(trainingData)
    .where(inStretch(actor, stretch))
    .orderBy(asc(trainingData.id))
    .limit(stretch.rowsMax + 1);
  let rows = 0;
  for (let bytesSum = 0; rows < Math.min(found.length, stretch.rowsMax); rows += 1) {
    bytesSum += found[rows]?.bytes ?? 0;
    if (bytesSum > stretch.bytesMax && rows > 0) break;
  }
  return { last: found[rows - 1]?.id ?? null, isLast: rows === found.length };
}

function inStretch(actor: Actor, { exportId, options, after }: Stretch): SQL | undefined {
  const { notExported, ...filters } = options;
  // In SQL, since a Date knows only milliseconds.
  const began = sql`(select ${trainingExports.createdAt} from ${trainingExports}
    where ${trainingExports.userId} = ${actor.userId} and ${trainingExports.id} = ${exportId})`;
  return and(
    ownedBy(actor, trainingData),
    after === null ? undefined : gt(trainingData.id, after),
    lte(trainingData.createdAt, began),
    ...matching({ ...filters, ...(notExported && { exported: false }) }),
  );
}

/**
 * Notes which version of each example was written. Of an example that was written twice, because its page was asked for
 * again, the older version stays: a change in between then counts as not exported.
 */
export async function noteWritten(
  actor: Actor,
  db: Queryable,
  exportId: string,
  examples: readonly TrainingExample[],
): Promise<void> {
  if (examples.length === 0) return;
  const ids = `{${examples.map(({ id }) => id).join(",")}}`;
  const versions = `{${examples.map(({ version }) => version).join(",")}}`;
  await db.execute(sql`
    insert into ${trainingExportRows} ("user_id", "export_id", "example_id", "version")
    select ${actor.userId}, ${exportId}::uuid, id, version
    from unnest(${ids}::uuid[], ${versions}::integer[]) as written(id, version)
    on conflict do nothing`);
}

/** Completes an export with what it holds, unless it was marked meanwhile. */
export async function completeExport(
  actor: Actor,
  db: Queryable,
  id: string,
  held: Pick<ExportManifest, "counts" | "bytes" | "sha256">,
): Promise<void> {
  await db
    .update(trainingExports)
    .set({ ...held, completedAt: sql`now()` })
    .where(and(withId(actor, id), isNull(trainingExports.markedAt)));
}

/** Completed exports, newest first, and one more row when there is a next page. */
export async function listExports(
  actor: Actor,
  db: Queryable,
  { before, limit }: { before: string | null; limit: number },
) {
  return db
    .select()
    .from(trainingExports)
    .where(
      and(
        ownedBy(actor, trainingExports),
        isNotNull(trainingExports.completedAt),
        before === null ? undefined : lt(trainingExports.id, before),
      ),
    )
    .orderBy(desc(trainingExports.id))
    .limit(limit + 1);
}

/** A row of `training_exports`. */
export type ExportRow = NonNullable<Awaited<ReturnType<typeof findExport>>>;

/** Forgets that an example was written into exports which are not marked yet. */
export async function removeExportedRows(actor: Actor, tx: Transaction, exampleId: string): Promise<void> {
  const exports = tx.select({ id: trainingExports.id }).from(trainingExports).where(ownedBy(actor, trainingExports));
  await tx.delete(trainingExportRows).where(
    and(
      ownedBy(actor, trainingExportRows),
      // Export by export, along the table's key.
      sql`${trainingExportRows.exportId} in ${exports}`,
      eq(trainingExportRows.exampleId, exampleId),
    ),
  );
}
