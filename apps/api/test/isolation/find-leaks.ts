import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@keepsake/client";
import { listTwins, type Twin } from "../../src/rest/twins.ts";
import type { Attack } from "./attack.ts";
import { attacksOn } from "./attacks.ts";
import { endOf, secretsIn, toComparable, withoutOwn } from "./compare.ts";
import { type Answer, type Call, type Face, facesOf, send } from "./faces.ts";
import { ghostOf, type Known } from "./victim.ts";

/** Where the server is, and what it lets in. */
export interface Door {
  readonly url: string;
  /** Of a gateway for every user, as attackers have it. */
  readonly gatewayToken: string;
  readonly adminToken: string;
}

/** What is attacked, and what is known of its victim. */
export interface Target {
  readonly door: Door;
  readonly known: Known;
  /** Ids of all the victim's rows. */
  readonly victimIds: ReadonlySet<string>;
  /** What the calls that name nothing were answered before there was a victim. */
  readonly before: Answers;
}

/** Answers to attacks of the kind `counts`, as {@link recordCounts} gives them. */
export type Answers = ReadonlyMap<string, string>;

/** What a round of attacks found. */
export interface Findings {
  readonly leaks: readonly string[];
  readonly attacks: number;
  readonly calls: number;
}

/** Which attacks; all of them unless narrowed. */
export type Choice = (twin: Twin, attack: Attack, face: Face) => boolean;

const ATTACKERS_AT_ONCE = 4;

/** One way of attacking a procedure. */
interface Attempt {
  readonly name: string;
  readonly twin: Twin;
  readonly attack: Attack;
  readonly face: Face;
}

/**
 * Attacks every procedure and every twin in every way, each time as a new user. An answer that tells of the victim, or
 * that is another than that to names which never were, is a leak.
 */
export async function findLeaks(target: Target, choice: Choice = () => true): Promise<Findings> {
  const attempts = listAttempts().filter(({ twin, attack, face }) => choice(twin, attack, face));
  const leaks: string[] = [];
  const waiting = attempts.values();
  const takeTurns = async () => {
    for (const attempt of waiting) leaks.push(...(await attempted(target, attempt)));
  };
  await Promise.all(Array.from({ length: ATTACKERS_AT_ONCE }, takeTurns));
  return { leaks, attacks: attempts.length, calls: attempts.length * 2 };
}

/** Calls that name nothing, as somebody new: asked before there is a victim, and again by {@link findLeaks}. */
export async function recordCounts(door: Door): Promise<Answers> {
  const nothing = {} as Known;
  const answers = new Map<string, string>();
  for (const attempt of listAttempts().filter(({ attack }) => attack.kind === "counts")) {
    const { answer, input } = await call(door, attempt, nothing);
    answers.set(attempt.name, withoutOwn(toComparable(answer, input)));
  }
  return answers;
}

function listAttempts(): Attempt[] {
  return listTwins().flatMap((twin) =>
    attacksOn(twin).flatMap((attack, number) =>
      facesOf(twin).map((face) => ({
        name: `${twin.path} by ${face}: ${attack.kind} (${number})`,
        twin,
        attack,
        face,
      })),
    ),
  );
}

async function attempted({ door, known, victimIds, before }: Target, attempt: Attempt): Promise<string[]> {
  const ghost = ghostOf(known);
  const { answer, input } = await call(door, attempt, known);
  const foreign = toComparable(answer, input);
  const expected = before.get(attempt.name) ?? (await callAsGhost(door, attempt, ghost));
  const leaks = secretsIn(foreign, victimIds).map((secret) => `answers with ${secret}: ${foreign}`);
  if (withoutOwn(foreign) !== expected) leaks.push(`differs: ${difference(withoutOwn(foreign), expected)}`);
  const wrongEnd = endsWrongly(attempt, answer);
  if (wrongEnd) leaks.push(wrongEnd);
  return leaks.map((leak) => `${attempt.name} ${leak}`);
}

const AROUND_CHARS = 80;

/** Where two texts part. */
function difference(one: string, other: string): string {
  const at = [...one].findIndex((char, index) => char !== other[index]);
  const from = Math.max(at < 0 ? one.length - AROUND_CHARS : at - AROUND_CHARS, 0);
  const part = (text: string) => text.slice(from, from + 3 * AROUND_CHARS);
  return `…${part(one)}… and not …${part(other)}…`;
}

async function callAsGhost(door: Door, attempt: Attempt, ghost: Known): Promise<string> {
  const { answer, input } = await call(door, attempt, ghost);
  return withoutOwn(toComparable(answer, input));
}

function endsWrongly({ attack, face, twin }: Attempt, answer: Answer): string | null {
  // A HEAD has no body, and the stream of an export takes no cursor.
  const isOther = face === "REST HEAD" || (twin.output === null && face.startsWith("REST"));
  if (attack.ends === "alike" || isOther || endOf(answer) === attack.ends) return null;
  return `ends with ${endOf(answer)}, not ${attack.ends}: ${answer.body}`;
}

const TOO_MANY = 429;
const LATER_MS = 50;

/** A gateway has one export at a time; what was refused for that has done nothing. */
async function sendInTurn(url: string, call: Call): Promise<Answer> {
  for (;;) {
    const answer = await send(url, call);
    if (answer.status !== TOO_MANY) return answer;
    await sleep(LATER_MS);
  }
}

/** A machine may be slow. */
const BEFORE_MS = 120_000;
let attackers = 0;

/** As somebody that the server has never seen. */
async function call({ url, gatewayToken, adminToken }: Door, { attack, twin, face }: Attempt, of: Known) {
  attackers += 1;
  const userId = `attacker-${process.pid}-${attackers}`;
  const token = attack.as === "admin" ? adminToken : gatewayToken;
  const own = await attack.before?.(createClient({ url, userId, token, timeoutMs: BEFORE_MS }), of);
  const input = { ...attack.input(of), ...own };
  const headers = attack.headers?.(of) ?? {};
  const search = attack.search?.(of) ?? {};
  const answer = await sendInTurn(url, { face, twin, userId, token, input, headers, search });
  return { answer, input: { input, headers, search } };
}
