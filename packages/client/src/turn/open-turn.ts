import { untilAborted } from "./abort.ts";
import { assertBegunTurn, type BegunTurn, EMPTY_CONTEXT } from "./begun-turn.ts";
import { withRetries } from "./passing-failure.ts";
import { type Said, toSaid } from "./said.ts";
import { type Beginning, saveTurn } from "./save-turn.ts";
import type { TurnSetup } from "./turn-setup.ts";
import type { AnswerOptions, OpenTurn, OpenTurnOptions, TurnInput, TurnSaved } from "./turn-types.ts";

/**
 * Begins a turn: Keepsake keeps what was said and tells what matters. Without an answer in time the turn is open all
 * the same, and what was said is kept for later.
 *
 * @throws the caller's abort
 */
export async function openTurn(setup: TurnSetup, input: TurnInput, options: OpenTurnOptions): Promise<OpenTurn> {
  const { signal, timeoutMs = setup.timeoutMs } = options;
  signal?.throwIfAborted();
  const said = toSaid(input, setup.clock.now(), timeoutMs);
  const outcome = await begin(setup, said, timeoutMs, signal);
  const turn = toOpenTurn(setup, { said, timeoutMs, begunAtMs: performance.now(), ...outcome });
  if (signal?.aborted) {
    void turn.abandon();
    throw signal.reason;
  }
  return turn;
}

async function begin(
  setup: TurnSetup,
  { begin: input }: Said,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Pick<Beginning, "begun" | "failure">> {
  const patienceMs = timeoutMs + (input.joinMs ?? 0);
  const endsAtMs = performance.now() + patienceMs;
  const timeout = AbortSignal.timeout(patienceMs);
  const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    await untilAborted(setup.saves.settled(input.sessionId), limit);
    const call = () => setup.procedures.conversation.begin.mutate(input, { signal: limit });
    const begun: BegunTurn = await untilAborted(withRetries(call, limit, endsAtMs), limit);
    assertBegunTurn(begun);
    setup.late.hasAnswered();
    return { begun, failure: null };
  } catch (failure) {
    return { begun: null, failure };
  }
}

function toOpenTurn(setup: TurnSetup, beginning: Beginning): OpenTurn {
  const { said, begun, failure } = beginning;
  let saved: Promise<TurnSaved> | null = null;
  const end = (text: string, options: AnswerOptions): Promise<TurnSaved> => {
    saved ??= setup.saves.note(said.begin.sessionId, saveTurn(setup, beginning, text, options));
    return saved;
  };
  return {
    interactionId: said.begin.interactionId,
    cached: begun?.cached ?? null,
    context: begun?.context ?? EMPTY_CONTEXT,
    degraded: begun?.degraded ?? ["keepsake"],
    failure,
    complete: (text, options = {}) => end(text, options),
    abandon: (given = "") => end(given, { metadata: { aborted: true } }),
  };
}
