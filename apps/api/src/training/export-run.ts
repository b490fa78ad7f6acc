import type { ExportManifest, ExportOptions } from "@keepsake/contract";
import type { Database } from "@keepsake/db";
import { createSHA256, type IHasher } from "hash-wasm";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import { audit } from "../platform/audit.ts";
import { parseCursor } from "../platform/cursor.ts";
import type { Services } from "../platform/services.ts";
import { ensureUser } from "../platform/users.ts";
import { type ExportPlace, fromExportCursor, toExportCursor } from "./export-cursor.ts";
import { createWriter, fingerprintOf, toRequest, type WriteExample } from "./export-plan.ts";
import { addExport, completeExport, findExport, noteWritten, readExamples } from "./export-store.ts";
import { type ExportTotals, noTotals, toCounts } from "./export-totals.ts";
import { getManifest } from "./manifest.ts";

/** Bytes of texts read at once: what bounds the memory of an export, with the largest single example. */
const PAGE_BYTES_MAX = 1_048_576;

/** What an export needs of the server: the connections to read with, and the key that seals its cursors. */
export type ExportServices = Pick<Services, "exportDb" | "doorkeeper">;

/**
 * One export under way: reads examples a page at a time and makes their lines. Between two pages it holds no connection,
 * no lock and no transaction.
 */
export class ExportRun {
  readonly id: string;
  readonly #actor: Actor;
  readonly #db: Database;
  readonly #cursorKey: Uint8Array;
  readonly #options: ExportOptions;
  readonly #write: WriteExample;
  readonly #totals: ExportTotals;
  readonly #hash: IHasher;
  #after: string | null;

  private constructor(
    actor: Actor,
    services: ExportServices,
    options: ExportOptions,
    place: Pick<ExportPlace, "exportId" | "totals"> & { after: string | null; hash: IHasher },
  ) {
    this.#actor = actor;
    this.#db = services.exportDb;
    this.#cursorKey = services.doorkeeper.tokenKey;
    this.#options = options;
    this.#write = createWriter(options);
    this.id = place.exportId;
    this.#totals = place.totals;
    this.#hash = place.hash;
    this.#after = place.after;
  }

  /** Begins a new export. */
  static async begin(actor: Actor, services: ExportServices, options: ExportOptions): Promise<ExportRun> {
    const exportId = uuidv7();
    await services.exportDb.transaction(async (tx) => {
      await ensureUser(actor, tx);
      await addExport(actor, tx, exportId, toRequest(options));
      const details = { format: options.format };
      await audit(actor, tx, { procedure: "training.export", items: [exportId], count: 1, details });
    });
    const hash = (await createSHA256()).init();
    return new ExportRun(actor, services, options, { exportId, totals: noTotals(), after: null, hash });
  }

  /**
   * Goes on where a page ended.
   *
   * @throws DomainError `INVALID_INPUT` for a cursor that was made up or changed, of another user, of other options, or
   *   of an export that was marked
   */
  static async resume(
    actor: Actor,
    services: ExportServices,
    options: ExportOptions,
    cursor: string,
  ): Promise<ExportRun> {
    const hash = await createSHA256();
    const read = fromExportCursor(actor, services.doorkeeper.tokenKey, cursor);
    const row = read && (await findExport(actor, services.exportDb, read.exportId));
    const isUsable = read?.fingerprint === fingerprintOf(options) && row?.markedAt === null;
    const place = parseCursor(cursor, () => (isUsable && loadState(hash, read.hash) ? read : null));
    return new ExportRun(actor, services, options, { ...(place as ExportPlace), hash });
  }

  /**
   * The lines of the next examples, and the same as one text. What they hold is noted before they are given away.
   *
   * @returns `isLast` when no examples follow
   */
  async next(rowsMax: number): Promise<{ lines: string[]; text: Buffer; isLast: boolean }> {
    const stretch = { exportId: this.id, options: this.#options, after: this.#after, rowsMax };
    const { examples, isLast } = await readExamples(this.#actor, this.#db, { ...stretch, bytesMax: PAGE_BYTES_MAX });
    const lines: string[] = [];
    const written = examples.filter((example) => {
      const own = this.#write(example, this.#totals);
      lines.push(...own);
      return own.length > 0;
    });
    const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    this.#totals.bytes += text.length;
    this.#hash.update(text);
    this.#after = examples.at(-1)?.id ?? this.#after;
    await noteWritten(this.#actor, this.#db, this.id, written);
    return { lines, text, isLast };
  }

  /** Where the next page begins. */
  cursor(): string {
    if (this.#after === null) throw new Error("an export without examples has no next page");
    return toExportCursor(this.#actor, this.#cursorKey, {
      exportId: this.id,
      fingerprint: fingerprintOf(this.#options),
      after: this.#after,
      totals: this.#totals,
      hash: Buffer.from(this.#hash.save()).toString("base64url"),
    });
  }

  /** Completes the export once its last line is written. */
  async complete(): Promise<ExportManifest> {
    const { bytes } = this.#totals;
    const counts = toCounts(this.#totals, this.#options.part !== undefined);
    await completeExport(this.#actor, this.#db, this.id, { counts, bytes, sha256: this.#hash.digest("hex") });
    return getManifest(this.#actor, this.#db, this.id);
  }
}

function loadState(hash: IHasher, state: string): boolean {
  try {
    hash.load(Buffer.from(state, "base64url"));
    return true;
  } catch {
    return false;
  }
}
