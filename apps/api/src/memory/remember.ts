import {
  type AddedMemory,
  type AddManyMemoriesInput,
  type AddManyMemoriesOutput,
  type AddMemoryInput,
  type Memory,
  type MemoryOrigin,
  type NewMemory,
  TAGS_MAX,
  trustOf,
} from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { v7 as uuidv7 } from "uuid";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { embedNow } from "../platform/embed-items.ts";
import { requestVectors } from "../platform/embedding-jobs.ts";
import type { Services } from "../platform/services.ts";
import { assertTells } from "../platform/tells.ts";
import { UNSAID_TRUST_MAX } from "../platform/unsaid.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { contentHash } from "./content-hash.ts";
import { embeddableMemories } from "./embeddable-memories.ts";
import { findMemories, forgetExpired, type MemoryDraft, putMemories, raiseOrigins, reviveEnded } from "./store.ts";
import { assertUnsaidWithin, lockUnsaid } from "./unsaid-store.ts";

/**
 * Adds one memory. The answer comes when it is safe on disk; its vectors follow in the background.
 *
 * @throws DomainError `INVALID_INPUT` for an instruction that the user has not said, `RATE_LIMITED`
 */
export async function addMemory(actor: Actor, services: Services, input: AddMemoryInput): Promise<AddedMemory> {
  const { wait, idempotencyKey, ...item } = input;
  const call = { key: idempotencyKey, procedure: "memory.add", input: item };
  const { content, origin } = item;
  await assertTells(actor, services, call.procedure, [{ content, origin, path: "content" }]);
  const [added] = await remember(actor, services, [item], call, wait === true);
  if (!added) throw new Error("an added memory was not stored");
  return added;
}

/** Adds several memories, all or none. */
export async function addManyMemories(
  actor: Actor,
  services: Services,
  input: AddManyMemoriesInput,
): Promise<AddManyMemoriesOutput> {
  const { items, wait, idempotencyKey } = input;
  const call = { key: idempotencyKey, procedure: "memory.addMany", input: items };
  const texts = items.map(({ content, origin }, index) => ({ content, origin, path: `items.${index}.content` }));
  await assertTells(actor, services, call.procedure, texts);
  return { results: await remember(actor, services, items, call, wait === true) };
}

type Call = Parameters<typeof writeOnce>[2];

async function remember(actor: Actor, services: Services, items: readonly NewMemory[], call: Call, wait: boolean) {
  const results = await writeOnce(actor, services, call, (tx) => rememberIn(actor, tx, services, items));
  if (!wait || !services.embeddings) return results;
  return withVectors(actor, services, results);
}

/** Makes the vectors at once, for callers that search right after; a model that is down changes nothing. */
async function withVectors(actor: Actor, services: Services, results: AddedMemory[]): Promise<AddedMemory[]> {
  await embedNow(
    actor,
    services,
    embeddableMemories,
    results.filter(({ embedding }) => embedding === "pending").map(({ id }) => id),
  );
  const ids = results.map(({ id }) => id);
  const stored = byId(await findMemories(actor, services.db, ids, services.embeddings?.space.id ?? null));
  return results.map((result) => ({ ...result, embedding: stored.get(result.id)?.embedding ?? result.embedding }));
}

/**
 * Remembers contents as a part of a transaction, one result an item, in order.
 *
 * @param interactionId where they came from, where that is known
 */
export async function rememberIn(
  actor: Actor,
  tx: Transaction,
  services: Services,
  items: readonly NewMemory[],
  interactionId: string | null = null,
): Promise<AddedMemory[]> {
  const drafts = toDrafts(items, interactionId);
  const hashes = drafts.map((draft) => draft.contentHash);
  const hasUnsaid = drafts.some(isUnsaid);
  if (hasUnsaid) await lockUnsaid(actor, tx);
  await ensureUser(actor, tx);
  const expired = await forgetExpired(actor, tx, hashes);
  await reviveEnded(actor, tx, drafts);
  const stored = await putMemories(actor, tx, drafts);
  const known = drafts.filter((draft) => stored.get(draft.contentHash) !== draft.id);
  if (known.length > 0) await raiseOrigins(actor, tx, known);
  const isNew = new Set(drafts.filter((draft) => stored.get(draft.contentHash) === draft.id).map(({ id }) => id));
  if (hasUnsaid) await assertUnsaidWithin(actor, tx, services.settings.unsaidPerHourMax);
  await requestVectors(actor, tx, services, "knowledge", [...isNew]);
  await evictDependents(actor, tx, { memories: expired });
  const memories = byId(await findMemories(actor, tx, [...stored.values()], services.embeddings?.space.id ?? null));
  return items.map((item) => toAdded(memories.get(stored.get(contentHash(item.content)) ?? ""), isNew));
}

const isUnsaid = ({ origin }: MemoryDraft): boolean => trustOf(origin) <= UNSAID_TRUST_MAX;

function toAdded(memory: Memory | undefined, isNew: Set<string>): AddedMemory {
  if (!memory) throw new Error("an added memory was not found again");
  // The second item of a batch with the same content finds the first one there.
  return { ...memory, duplicate: !isNew.delete(memory.id) };
}

/**
 * One draft a content, since one statement cannot touch a row twice; in the order of their hashes, so that two callers
 * who add the same contents wait for each other instead of blocking each other.
 */
function toDrafts(items: readonly NewMemory[], sourceInteractionId: string | null): MemoryDraft[] {
  const drafts = new Map<string, MemoryDraft>();
  for (const item of items) {
    const hash = contentHash(item.content);
    const earlier = drafts.get(hash);
    const tags = [...new Set([...(earlier?.tags ?? []), ...(item.tags ?? [])])].slice(0, TAGS_MAX);
    const origin = mostBelieved(earlier?.origin, item.origin ?? "user");
    drafts.set(hash, {
      ...(earlier ?? { ...item, id: uuidv7(), contentHash: hash, sourceInteractionId }),
      origin,
      tags,
    });
  }
  return [...drafts.values()].sort((one, other) => (one.contentHash < other.contentHash ? -1 : 1));
}

const mostBelieved = (one: MemoryOrigin | undefined, other: MemoryOrigin): MemoryOrigin =>
  one !== undefined && trustOf(one) > trustOf(other) ? one : other;

const byId = (memories: readonly Memory[]) => new Map(memories.map((memory) => [memory.id, memory]));
