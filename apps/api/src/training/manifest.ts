import type { ExportManifest, ExportManifestPage, ListExportsInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseIdCursor, toPage } from "../platform/cursor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { type ExportRow, findExport, listExports } from "./export-store.ts";

/** The same answer for an export that never was, one that was pruned and one of another user. */
const exportNotFound = () =>
  new DomainError("EXPORT_NOT_FOUND", "There is no export with this id. One that nobody marks is kept for 30 days.");

/**
 * The manifest of an export that was read to its end.
 *
 * @throws DomainError `EXPORT_NOT_FOUND`, `EXPORT_NOT_COMPLETE`
 */
export async function getManifest(actor: Actor, db: Queryable, exportId: string): Promise<ExportManifest> {
  const row = await findExport(actor, db, exportId);
  if (!row) throw exportNotFound();
  return toManifest(row);
}

/** A page of manifests, newest first. */
export async function listManifestPage(
  actor: Actor,
  db: Queryable,
  { cursor, limit }: ListExportsInput,
): Promise<ExportManifestPage> {
  const before = parseIdCursor(cursor);
  const found = await listExports(actor, db, { before, limit });
  const { items, nextCursor } = toPage(found, limit, ({ id }) => id);
  return { items: items.map(toManifest), nextCursor };
}

/** Options as they come back from JSON, with times as text. */
type StoredOptions = Pick<ExportManifest, "split" | "redaction"> & {
  filters: Omit<ExportManifest["filters"], "createdAfter" | "createdBefore"> &
    Partial<Record<"createdAfter" | "createdBefore", string>>;
};

/** @throws DomainError `EXPORT_NOT_COMPLETE` */
function toManifest(row: ExportRow): ExportManifest {
  const { id: exportId, format, bytes, sha256, counts, createdAt, completedAt, markedAt } = row;
  if (completedAt === null || bytes === null || sha256 === null) {
    throw new DomainError(
      "EXPORT_NOT_COMPLETE",
      "This export was not read to its end: read on to the page that has the manifest, or begin a new one.",
    );
  }
  const { filters, split, redaction } = row.options as StoredOptions;
  return {
    exportId,
    format: format as ExportManifest["format"],
    filters: toFilters(filters),
    split,
    redaction,
    counts: counts as ExportManifest["counts"],
    bytes,
    sha256,
    createdAt,
    completedAt,
    markedAt,
  };
}

function toFilters({ createdAfter, createdBefore, ...filters }: StoredOptions["filters"]): ExportManifest["filters"] {
  return {
    ...filters,
    ...(createdAfter !== undefined && { createdAfter: new Date(createdAfter) }),
    ...(createdBefore !== undefined && { createdBefore: new Date(createdBefore) }),
  };
}
