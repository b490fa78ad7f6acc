import { setTimeout as delay } from "node:timers/promises";
import type { BeginTurnInput, BegunTurn, CacheUse, RepeatedAnswer, TurnDegraded } from "@keepsake/contract";
import { isCommand } from "../cache/command-text.ts";
import { withIds } from "../cache/entry-filters.ts";
import { leansOnTalk } from "../cache/leans-on-talk.ts";
import { type GivenAnswer, givingAnswer, toGivenAnswer } from "../cache/lookup-store.ts";
import { isNeverKept } from "../cache/never-intents.ts";
import { whyNotPlain } from "../cache/plain-question.ts";
import type { SameQuestion } from "../cache/same-meaning.ts";
import type { Actor } from "../platform/actor.ts";
import { requestVectors } from "../platform/embedding-jobs.ts";
import { noteReplay } from "../platform/replays.ts";
import type { Services } from "../platform/services.ts";
import { type Gathered, gather, sameQuestion, type Turn } from "./gather.ts";
import { joinFlight } from "./join-flight.ts";
import { TurnClock } from "./turn-clock.ts";
import { toTurnContext } from "./turn-context.ts";
import { toTurnDraft } from "./turn-draft.ts";
import { answerFromCache, endFlight, isTurnThere, keepUsed } from "./turn-store.ts";

/** Throws once the caller's token holds no more. */
type StillAdmitted = () => Promise<void>;

/**
 * What a gateway needs before it asks its model: an answer of before, or what is known. With the vector of the text
 * known, or without a model, the database is waited for once; else the message is saved and the same question looked up
 * while the model makes the vector. When the budget runs out, what is there is answered, and the saving goes on.
 *
 * @throws DomainError `IDEMPOTENCY_MISMATCH` when the interaction began with another text or in another session,
 *   `OVERLOADED` when too many turns wait to be saved; what `assertStillAdmitted` throws behind a wait for others
 */
export async function beginTurn(
  actor: Actor,
  services: Services,
  input: BeginTurnInput,
  assertStillAdmitted: StillAdmitted,
): Promise<BegunTurn> {
  services.pendingWrites.assertRoom();
  const draft = toTurnDraft(actor, input);
  const cacheUse = chooseCacheUse(services, input);
  const turn: Turn = { actor, services, input, draft, cacheUse, clock: new TurnClock(input.budgetMs) };
  const gathered = await gather(turn);
  if (gathered.opened?.saved.isNew === false) noteReplay(actor);
  if (gathered.opened?.answer) return toRepeated(turn, gathered.opened.answer, null);
  const same = gathered.same && (await answerOfSame(turn, gathered.same));
  if (same) return toRepeated(turn, same, gathered.same);
  const { answer, hasWaitedInVain } = await answerOfOthers(turn, gathered, assertStillAdmitted);
  return answer ? toRepeated(turn, answer, null) : toBegun(turn, gathered, hasWaitedInVain);
}

/**
 * Commands are never answered from before, whatever the cache holds, nor is what only the talk before makes a question.
 * What may be a command, or may ask how things are now, is answered to the same words alone.
 */
function chooseCacheUse({ settings }: Services, { cache, intent, text }: BeginTurnInput): CacheUse {
  if (intent !== undefined && isNeverKept(intent, settings.cacheNeverIntents)) return "off";
  if (isCommand(text) || leansOnTalk(text)) return "off";
  const most = settings.cacheSemantic && whyNotPlain(text) === null ? "semantic" : "exact";
  return cache === undefined || cache === "semantic" ? most : cache;
}

/** The answer to an equal question that is under way, where the caller would rather wait than ask the model as well. */
async function answerOfOthers(
  { actor, services, input, draft }: Turn,
  { opened }: Gathered,
  assertStillAdmitted: StillAdmitted,
) {
  if (!opened?.flight || opened.flight.isMine) return { answer: null, hasWaitedInVain: false };
  const join = () => joinFlight(actor, services, draft, input.joinMs);
  const joined = await services.joining.sit(join, "timeout");
  // That took up to minutes, and what comes now was made meanwhile.
  await assertStillAdmitted().catch(async (refusal: unknown) => {
    // Nobody is to wait for one who was sent away.
    await services.flush({ ended: endFlight(actor, draft.interactionId) });
    throw refusal;
  });
  if (joined !== "answered") return { answer: null, hasWaitedInVain: joined === "timeout" };
  const statement = answerFromCache(actor, draft, sameQuestion(actor, draft.queryHash));
  return { ...(await services.flush({ answer: statement })), hasWaitedInVain: false };
}

const NO_CONTEXT = { system: "", tokens: 0, memories: [], earlier: [], tail: [], preferences: [] };

/** The answer to a question of the same meaning; null when it has left the cache meanwhile. */
async function answerOfSame({ actor, services, draft }: Turn, { id }: SameQuestion): Promise<GivenAnswer | null> {
  const giving = { query: givingAnswer(actor, withIds([id]), "second"), read: toGivenAnswer };
  const ended = endFlight(actor, draft.interactionId);
  return (await services.flush({ ended, answer: answerFromCache(actor, draft, giving) })).answer;
}

const SAME_WORDS = "The same question was answered before, and nothing that the answer was made from has changed.";

function toRepeated(turn: Turn, answer: GivenAnswer, same: SameQuestion | null): BegunTurn {
  const { draft, clock } = turn;
  finishLater(turn, null);
  const { id, response, createdAt } = answer;
  const cached: RepeatedAnswer = {
    id,
    response,
    match: same ? "semantic" : "exact",
    similarity: same?.similarity ?? 1,
    because: same?.because ?? SAME_WORDS,
    createdAt,
  };
  const used = { memories: [], preferences: [] };
  return {
    interactionId: draft.interactionId,
    cached,
    context: NO_CONTEXT,
    used,
    degraded: [],
    timings: toTimings(clock),
  };
}

function toBegun(
  turn: Turn,
  { opened, memories, earlier, wasEmbedded }: Gathered,
  hasWaitedInVain: boolean,
): BegunTurn {
  const { input, draft, clock } = turn;
  const found = { memories, earlier, tail: opened?.tail ?? [], preferences: opened?.preferences ?? [] };
  const { context, used } = toTurnContext(input, found, Date.now());
  if (opened) finishLater(turn, used);
  const degraded: TurnDegraded = [];
  if (!wasEmbedded) degraded.push("embeddings");
  if (!memories) degraded.push("context");
  if (!opened) degraded.push("save_pending");
  if (hasWaitedInVain) degraded.push("join");
  return { interactionId: draft.interactionId, cached: null, context, used, degraded, timings: toTimings(clock) };
}

/** The answer goes out first. */
const FINISH_AFTER_MS = 15;

/**
 * What the answer does not wait for: vectors of what was said, and what the context was made of, for which a completion
 * waits.
 */
function finishLater({ actor, services, draft }: Turn, used: BegunTurn["used"] | null): void {
  const { db, failures, pendingWrites } = services;
  const write = () =>
    db.transaction(async (tx) => {
      if (!(await isTurnThere(actor, tx, draft.interactionId))) return;
      // Of a retry, or of an answer that was not given, there is no message: the job then finds nothing to do.
      const messageIds = used ? [draft.messageId] : [draft.messageId, draft.answerId];
      await requestVectors(actor, tx, services, "message", messageIds);
      if (used) await keepUsed(actor, tx, draft.interactionId, used);
    });
  const finishing = delay(FINISH_AFTER_MS)
    .then(write)
    .catch((error: unknown) => {
      failures.tellOfWork(error, "what follows a turn's beginning could not be written");
    });
  pendingWrites.add(actor, draft.interactionId, finishing);
}

const toTimings = (clock: TurnClock): BegunTurn["timings"] => ({
  totalMs: clock.totalMs,
  embedMs: clock.spentMs("embed"),
  databaseMs: clock.spentMs("database"),
});
