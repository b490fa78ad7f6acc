import { createHash, timingSafeEqual } from "node:crypto";
import { type Database, withDeadline } from "@keepsake/db";
import { LRUCache } from "lru-cache";
import { type Admitted, ANYBODY_HERE, CONFIGURED_ADMIN, toAdmitted } from "./admitted.ts";
import { describeCause } from "./describe-cause.ts";
import { DomainError } from "./domain-error.ts";
import { FailedAttempts } from "./failed-attempts.ts";
import type { Logger } from "./logger.ts";
import { TokenFreshness } from "./token-freshness.ts";
import { findToken, noteTokenUse, type StoredToken } from "./token-store.ts";
import { isSecretOf, parseToken, type TokenText } from "./token-text.ts";

/** Tokens whose rows are remembered; a home has a handful. */
const TOKENS_MAX = 1_000;
/** A machine that slept has a clock for time-outs that slept too: a token's end is then asked for again. */
const SLEPT_MS = 500;
/** By how much the wall's clock is ahead of the one that stands still in a sleep. */
const aheadMs = () => Date.now() - performance.now();
const NOTE_USE_EVERY_MS = 60_000;
/** What a call without a token waits for the news that there is one by now. A database that is slower answers nobody. */
const NEWS_MS = 250;

/** What the doorkeeper has to know. */
export interface DoorkeeperOptions {
  /** What calls wait for. */
  readonly db: Database;
  /** What none waits for. */
  readonly backgroundDb: Database;
  readonly logger: Logger;
  /** `KEEPSAKE_ADMIN_TOKEN`; null when it is not set. */
  readonly configuredToken: string | null;
  /** The installation's key of the tokens' hashes. */
  readonly tokenKey: Uint8Array;
}

/** Who is at the door: the `Authorization` header, and the address for counting failures. */
export interface Visitor {
  readonly authorization: string | undefined;
  readonly address: string;
}

/** Lets callers in by their bearer token, or everybody while there has never been one. */
export class Doorkeeper {
  readonly tokenKey: Uint8Array;
  readonly #db: Database;
  readonly #backgroundDb: Database;
  readonly #logger: Logger;
  readonly #configured: Buffer | null;
  readonly #attempts = new FailedAttempts();
  readonly #rows = new LRUCache<string, StoredToken>({ max: TOKENS_MAX });
  #aheadMs = aheadMs();
  readonly #usedMs = new LRUCache<string, number>({ max: TOKENS_MAX });
  readonly #freshness: TokenFreshness;

  constructor({ db, backgroundDb, logger, configuredToken, tokenKey }: DoorkeeperOptions) {
    this.tokenKey = tokenKey;
    this.#db = db;
    this.#backgroundDb = backgroundDb;
    this.#logger = logger;
    this.#configured = configuredToken === null ? null : digest(configuredToken);
    this.#freshness = new TokenFreshness(db, () => this.#rows.clear());
  }

  /** Whether calls need a token, as far as is known without asking. Once they do, they do for good. */
  get asksForTokens(): boolean {
    return this.#configured !== null || this.#freshness.version > 0;
  }

  /** Learns what the database knows. */
  async open(): Promise<void> {
    await this.#freshness.ensure();
  }

  /** This server has made or changed a token. */
  tokensChanged(): void {
    this.#freshness.expire();
  }

  /**
   * Every refusal is the same, whether the token is missing, malformed, unknown, expired or revoked.
   *
   * @throws DomainError `UNAUTHORIZED`; `RATE_LIMITED` for an address that fails too often; what the database throws when
   *   it cannot say whether the token still holds
   */
  async admit({ authorization, address }: Visitor): Promise<Admitted> {
    const sent = toBearer(authorization);
    if (this.#configured && timingSafeEqual(digest(sent), this.#configured)) return CONFIGURED_ADMIN;
    if (!this.asksForTokens) await this.#hearNews();
    if (!this.asksForTokens) return ANYBODY_HERE;
    const token = parseToken(sent);
    const row = token && (await this.#findValid(token));
    if (!row) throw this.#refuse(address);
    this.#noteUse(row.id);
    return toAdmitted(row);
  }

  /** Nobody is kept out by a database that does not answer, as long as no token was ever seen: it gives nothing away. */
  async #hearNews(): Promise<void> {
    await withDeadline(this.#freshness.ensure(), NEWS_MS).catch(() => {});
  }

  async #findValid({ id, secret }: TokenText): Promise<StoredToken | null> {
    await this.#freshness.ensure();
    this.#forgetAfterSleep();
    const row = this.#rows.get(id) ?? (await this.#read(id));
    if (!row || !isSecretOf(secret, row.secretHash, this.tokenKey)) return null;
    if (row.revokedAt !== null) return null;
    return row.validUntilMs !== null && row.validUntilMs <= performance.now() ? null : row;
  }

  #forgetAfterSleep(): void {
    const nowAheadMs = aheadMs();
    if (Math.abs(nowAheadMs - this.#aheadMs) < SLEPT_MS) return;
    this.#aheadMs = nowAheadMs;
    this.#rows.clear();
  }

  async #read(id: string): Promise<StoredToken | null> {
    const { version } = this.#freshness;
    const row = await findToken(this.#db, id);
    // What was read before a change was noticed may be from before it.
    if (row && version === this.#freshness.version) this.#rows.set(id, row);
    return row;
  }

  #refuse(address: string): DomainError {
    const waitSeconds = this.#attempts.add(address, performance.now());
    if (waitSeconds === 0) {
      return new DomainError("UNAUTHORIZED", 'A valid token is needed: send "Authorization: Bearer <token>".');
    }
    return new DomainError(
      "RATE_LIMITED",
      "Too many calls without a valid token came from this address: wait a minute. Valid tokens are let in meanwhile.",
      { retryAfterSeconds: waitSeconds },
    );
  }

  /** Beside the call, at most once a minute and token. */
  #noteUse(id: string): void {
    const nowMs = performance.now();
    if (nowMs - (this.#usedMs.get(id) ?? Number.NEGATIVE_INFINITY) < NOTE_USE_EVERY_MS) return;
    this.#usedMs.set(id, nowMs);
    noteTokenUse(this.#backgroundDb, id).catch((error: unknown) => {
      this.#logger.debug({ cause: describeCause(error) }, "the use of a token could not be noted");
    });
  }
}

const BEARER = /^Bearer +(\S+) *$/i;
const toBearer = (authorization: string | undefined): string => BEARER.exec(authorization ?? "")?.[1] ?? "";

/** Digests are compared, so that neither a token nor its length shows in the time it takes. */
const digest = (secret: string) => createHash("sha256").update(secret).digest();
