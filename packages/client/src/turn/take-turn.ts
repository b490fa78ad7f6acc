import { untilAborted } from "./abort.ts";
import { type AnswerOutlet, PieceOutlet, wholeOutlet } from "./answer-outlet.ts";
import { passPieces } from "./generated-pieces.ts";
import { openTurn } from "./open-turn.ts";
import { isSaidCacheable } from "./save-turn.ts";
import { normalQuestion } from "./shared-answers.ts";
import type { TurnSetup } from "./turn-setup.ts";
import type { Generate, OpenTurn, TakeTurn, Turn, TurnInput, TurnOptions, TurnStream } from "./turn-types.ts";

/** The turns of one client. */
export function createTakeTurn(setup: TurnSetup): TakeTurn {
  const takeTurn = (input: TurnInput, generate: Generate, options: TurnOptions = {}): Promise<Turn> =>
    answer(setup, { input, generate, options, outlet: wholeOutlet() });
  const stream = (input: TurnInput, generate: Generate, options: TurnOptions = {}): TurnStream => {
    const outlet = new PieceOutlet();
    const turn = answer(setup, { input, generate, options, outlet });
    outlet.endWith(turn);
    return { turn, [Symbol.asyncIterator]: () => outlet[Symbol.asyncIterator]() };
  };
  const open: TakeTurn["open"] = (input, options = {}) => openTurn(setup, input, options);
  return Object.assign(takeTurn, { stream, open });
}

/** One turn to be taken. */
interface Task {
  readonly input: TurnInput;
  readonly generate: Generate;
  readonly options: TurnOptions;
  readonly outlet: AnswerOutlet;
}

/** An answer, and how it came about. */
interface Answer {
  readonly text: string;
  readonly isCacheable: boolean;
  readonly isShared: boolean;
  readonly isAborted: boolean;
}

/** Ends an announcement; see `SharedAnswers`. */
type Announced = (answer: string | null) => void;

async function answer(setup: TurnSetup, task: Task): Promise<Turn> {
  const { input, options } = task;
  const question = options.cacheable ? normalQuestion(input) : null;
  const isAsked = question !== null && setup.shared.find(question) !== null;
  const announced = question === null || isAsked ? null : setup.shared.announce(question);
  try {
    // An answer that is under way here need not be waited for at the server too.
    const open = await openTurn(setup, isAsked ? { ...input, joinMs: 0 } : input, options);
    const answered = await answerOpen(setup, task, open, { question, announced });
    return toTurn(open, answered, options);
  } finally {
    announced?.(null);
  }
}

async function answerOpen(
  setup: TurnSetup,
  task: Task,
  open: OpenTurn,
  { question, announced }: { readonly question: string | null; readonly announced: Announced | null },
): Promise<Answer> {
  if (open.cached !== null) {
    const text = open.cached.response;
    task.outlet.put(text);
    announced?.(text);
    return { text, isCacheable: false, isShared: false, isAborted: false };
  }
  if (question === null) return generateAnswer(task, open);
  if (announced !== null) return generateShared(task, open, announced);
  return followOrLead(setup, task, open, question);
}

/** Waits for the equal questions that were asked before, and makes the answer itself when none of them comes to one. */
async function followOrLead(setup: TurnSetup, task: Task, open: OpenTurn, question: string): Promise<Answer> {
  const signal = signalOf(task);
  for (let under = setup.shared.find(question); under !== null; under = setup.shared.find(question)) {
    const text = await untilAborted(under, signal).catch(() => null);
    if (signal.aborted) return giveUp(task, open, signal.reason);
    if (text === null) continue;
    task.outlet.put(text);
    return { text, isCacheable: false, isShared: true, isAborted: false };
  }
  return generateShared(task, open, setup.shared.announce(question));
}

async function generateShared(task: Task, open: OpenTurn, announced: Announced): Promise<Answer> {
  try {
    const made = await generateAnswer(task, open);
    if (made.isCacheable) announced(made.text);
    return made;
  } finally {
    announced(null);
  }
}

async function generateAnswer(task: Task, open: OpenTurn): Promise<Answer> {
  const { input, generate, options, outlet } = task;
  const signal = signalOf(task);
  const { context, interactionId, degraded, failure } = open;
  try {
    signal.throwIfAborted();
    const made = generate({ text: input.text, context, interactionId, degraded, failure, signal });
    const text = await passPieces(
      await untilAborted(Promise.resolve(made), signal),
      (piece) => outlet.put(piece),
      signal,
    );
    return { text, isCacheable: isCacheable(options, text), isShared: false, isAborted: false };
  } catch (error) {
    return giveUp(task, open, error);
  }
}

/** What the caller was given is kept. A reader who has left gets that as the turn, anybody else the failure. */
function giveUp({ outlet, options }: Task, open: OpenTurn, failure: unknown): Answer {
  const given = outlet.given();
  void open.abandon(given);
  if (!outlet.left.aborted || options.signal?.aborted) throw failure;
  return { text: given, isCacheable: false, isShared: false, isAborted: true };
}

function toTurn(open: OpenTurn, { text, isCacheable, isShared, isAborted }: Answer, options: TurnOptions): Turn {
  const { interactionId, cached, degraded, failure } = open;
  // After `abandon` this tells what became of that.
  const saved = open.complete(text, { ...options, cacheable: isCacheable });
  return { interactionId, text, cached, shared: isShared, aborted: isAborted, degraded, failure, saved };
}

const isCacheable = ({ cacheable = false }: TurnOptions, text: string): boolean =>
  typeof cacheable === "function" ? isSaidCacheable(cacheable, text) : cacheable;

const signalOf = ({ options, outlet }: Task): AbortSignal =>
  options.signal ? AbortSignal.any([options.signal, outlet.left]) : outlet.left;
