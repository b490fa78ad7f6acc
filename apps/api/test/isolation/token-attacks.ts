import { setTimeout as sleep } from "node:timers/promises";
import type { KeepsakeClient } from "@keepsake/client";
import { type CreateTokenInput, TOKEN_SCOPES, type TokenScope } from "@keepsake/contract";
import { exampleOf } from "../../src/rest/examples/examples.ts";
import { listTwins, type Twin } from "../../src/rest/twins.ts";
import { endOf, toComparable, withoutOwn } from "./compare.ts";
import { type Answer, type Face, facesOf, send } from "./faces.ts";
import { scopeOf } from "./scope-of.ts";
import { toGhost, VICTIM } from "./victim.ts";

/** Whose tokens are tried. */
const OWNER = "token-owner";
const TOO_MANY_FAILURES = 429;
const SHORT_MS = 1_000;

/** Tokens that were made for the attacks on all procedures. */
interface Tokens {
  readonly ofUser: string;
  readonly ofGatewayForOne: string;
  /** For every user, with all scopes but one. */
  readonly without: Readonly<Record<TokenScope, string>>;
  /** None that is good for anything. */
  readonly useless: Readonly<Record<string, string | null>>;
}

/** What came of it. */
export interface TokenFindings {
  readonly faults: readonly string[];
  readonly calls: number;
}

/** Tries every procedure, by every face, with tokens that may not: each refusal tells nothing of the victim. */
export async function tryTokens(url: string, admin: KeepsakeClient): Promise<TokenFindings> {
  const tokens = await makeTokens(admin);
  const faults: string[] = [];
  let calls = 0;
  for (const twin of listTwins()) {
    for (const face of facesOf(twin)) {
      const tried = new Tried(url, twin, face);
      await tried.forOthers(tokens);
      await tried.forNothing(tokens);
      await tried.forMore(tokens);
      faults.push(...tried.faults);
      calls += tried.calls;
    }
  }
  return { faults, calls };
}

async function makeTokens(admin: KeepsakeClient): Promise<Tokens> {
  const make = async (input: CreateTokenInput) => {
    const { id, token } = await admin.system.createToken.mutate(input);
    return { id, token: token ?? "" };
  };
  const gateway = { label: "tried", role: "gateway" as const };
  const revoked = await make(gateway);
  await admin.system.revokeToken.mutate({ id: revoked.id });
  const valid = (await make(gateway)).token;
  const lacking = TOKEN_SCOPES.map(async (lacks) => {
    const { token } = await make({ ...gateway, scopes: TOKEN_SCOPES.filter((scope) => scope !== lacks) });
    return [lacks, token] as const;
  });
  return {
    ofUser: (await make({ label: "tried", role: "user" })).token,
    ofGatewayForOne: (await make({ ...gateway, onlyUsers: [OWNER] })).token,
    without: Object.fromEntries(await Promise.all(lacking)) as Tokens["without"],
    useless: {
      none: null,
      malformed: "ks_nothing",
      unknown: valid.replace(/^ks_.{8}/, "ks_zzzzzzzz"),
      "of another secret": `${valid.slice(0, -8)}AAAAAAAA`,
      revoked: revoked.token,
      expired: await expired(make),
    },
  };
}

/** Made while it is good, and awaited until it is not. */
async function expired(make: (input: CreateTokenInput) => Promise<{ token: string }>): Promise<string> {
  const expiresAt = new Date(Date.now() + SHORT_MS);
  const { token } = await make({ label: "tried", role: "gateway", expiresAt });
  await sleep(SHORT_MS);
  return token;
}

/** One procedure by one face. */
class Tried {
  readonly faults: string[] = [];
  calls = 0;
  readonly #url: string;
  readonly #twin: Twin;
  readonly #face: Face;

  constructor(url: string, twin: Twin, face: Face) {
    this.#url = url;
    this.#twin = twin;
    this.#face = face;
  }

  /** A token of one user, or for one user, and the call names another one: there, or never there. */
  async forOthers({ ofUser, ofGatewayForOne }: Tokens): Promise<void> {
    for (const token of [ofUser, ofGatewayForOne]) {
      const foreign = await this.#call(token, VICTIM);
      this.#expect("FORBIDDEN", foreign, "a token of somebody else");
      const ghost = await this.#call(token, toGhost(VICTIM));
      if (comparable(foreign) !== comparable(ghost)) this.#fault(`tells that the victim exists: ${foreign.body}`);
    }
  }

  /** No token, and every token that is none: one answer to all, until the address has failed too often. */
  async forNothing({ useless }: Tokens): Promise<void> {
    const seen = new Set<string>();
    for (const [kind, token] of Object.entries(useless)) {
      const answer = await this.#call(token, VICTIM);
      if (answer.status === TOO_MANY_FAILURES) continue;
      this.#expect("UNAUTHORIZED", answer, `a token that is ${kind}`);
      seen.add(comparable(answer));
    }
    if (seen.size > 1) this.#fault(`tells useless tokens apart: ${[...seen].join(" and ")}`);
  }

  /** What the procedure asks for, and the token does not hold. */
  async forMore({ without }: Tokens): Promise<void> {
    const { scope, alsoScope } = scopeOf(this.#twin.path);
    for (const lacks of TOKEN_SCOPES) {
      const isNeeded = scope === "admin" || scope === lacks || alsoScope === lacks;
      // What it may do, the other tests do.
      if (isNeeded) this.#expect("FORBIDDEN", await this.#call(without[lacks], OWNER), `a token without ${lacks}`);
    }
  }

  async #call(token: string | null, userId: string): Promise<Answer> {
    this.calls += 1;
    const input = exampleOf(this.#twin.path).input as object;
    return await send(this.#url, { face: this.#face, twin: this.#twin, userId, token, input, headers: {}, search: {} });
  }

  #expect(reason: "FORBIDDEN" | "UNAUTHORIZED", answer: Answer, what: string): void {
    const status = reason === "FORBIDDEN" ? 403 : 401;
    const isRefused = answer.status === status && (this.#face === "REST HEAD" || endOf(answer) === reason);
    if (!isRefused) this.#fault(`with ${what} answers ${answer.status}, not ${reason}: ${answer.body}`);
  }

  #fault(what: string): void {
    this.faults.push(`${this.#twin.path} by ${this.#face} ${what}`);
  }
}

const comparable = (answer: Answer) => withoutOwn(toComparable(answer, { of: VICTIM }));
