import type { Database, Queryable, Transaction } from "@keepsake/db";
import type { Actor } from "./actor.ts";
import type { VectorItemType } from "./vectors.ts";

/** An item without vectors, as it is given to the model. */
export interface PendingItem {
  readonly id: string;
  readonly text: string;
  /** Tells whether the item still says the same when its vectors are made. */
  readonly contentHash: string;
}

/** A page of a user's items, and where the next one begins. */
export interface PendingPage {
  /** Those that have no vectors yet and may have some. */
  readonly ids: readonly string[];
  /** The last item that was looked at; null when there are no more. */
  readonly next: string | null;
}

/** One kind of item that is found by its meaning, such as memories: how its slice reads and marks the rows. */
export interface EmbeddableKind {
  readonly itemType: VectorItemType;
  /** Those of the items that have no vectors in the space yet; what has gone or was refused is left out. */
  findPending(actor: Actor, db: Database, spaceId: number, ids: readonly string[]): Promise<PendingItem[]>;
  /** Looks at `limit` items, newest first, whether they have vectors or not, so that no page takes long. */
  listPending(
    actor: Actor,
    db: Database,
    spaceId: number,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<PendingPage>;
  /** Locks the item's row against changes. @returns false when it has gone or says something else by now */
  lockUnchanged(actor: Actor, tx: Transaction, item: PendingItem): Promise<boolean>;
  /** Notes that the model refuses an item for good, so that it is not sent again and again. */
  markRefused(actor: Actor, db: Queryable, item: PendingItem, problem: string): Promise<void>;
  /** Forgets what an earlier model refused. */
  clearRefusals(actor: Actor, db: Queryable): Promise<void>;
}
