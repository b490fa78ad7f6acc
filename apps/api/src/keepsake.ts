import { setTimeout as delay } from "node:timers/promises";
import { KEEPSAKE_VERSION } from "@keepsake/contract";
import { type ConnectOptions, connect, type DatabaseHandle, migrate } from "@keepsake/db";
import { createCachedEmbedder, createOllamaEmbedder, type Embedder } from "@keepsake/embeddings";
import { KeptBackups } from "./backup/keep-backups.ts";
import { startSweeping } from "./cache/sweep.ts";
import { type Config, ConfigError, type EmbeddingsConfig } from "./config.ts";
import { embeddableMessages } from "./conversation/embeddable-messages.ts";
import { assertGuarded, assertMayBeGuarded } from "./guarded-start.ts";
import { embeddableMemories } from "./memory/embeddable-memories.ts";
import { eraseForgotten } from "./memory/store.ts";
import { Doorkeeper } from "./platform/doorkeeper.ts";
import { keepEmbeddedFit } from "./platform/embedded-upkeep.ts";
import { requestMissingVectors } from "./platform/embedding-backfill.ts";
import { embeddingQueue } from "./platform/embedding-jobs.ts";
import { activateSpace } from "./platform/embedding-space.ts";
import { EmbeddingWorker } from "./platform/embedding-worker.ts";
import { eraseForGood } from "./platform/erasure.ts";
import { FailureLog } from "./platform/failure-log.ts";
import { openInstallation } from "./platform/installation.ts";
import { startJobQueue } from "./platform/job-queue.ts";
import { pruneOldAnswers } from "./platform/kept-answers.ts";
import { KeysUnderWay } from "./platform/keys-under-way.ts";
import type { Logger } from "./platform/logger.ts";
import { createMetrics } from "./platform/metrics.ts";
import { PendingWrites } from "./platform/pending-writes.ts";
import { runRecurring } from "./platform/recurring-work.ts";
import { retried } from "./platform/retried.ts";
import type { Embeddings, Services } from "./platform/services.ts";
import { addStateGauges } from "./platform/state-gauges.ts";
import { VectorCounts } from "./platform/vector-counts.ts";
import { WaitingRoom } from "./platform/waiting-room.ts";
import { eraseDeleted } from "./preferences/history-store.ts";
import { createApiServer } from "./server.ts";
import { finishErasures } from "./system/erase-user.ts";
import { pruneAuditTrails } from "./system/prune-audit.ts";
import { pruneExports } from "./training/mark-store.ts";

/** What gets vectors. Memories first: they are few, and people wait for what they have just told. */
const EMBEDDABLE = [embeddableMemories, embeddableMessages];

/** Turns may wait minutes for each other's answers: more than this share of all calls would keep the answers out. */
const JOINING_SHARE = 0.25;

/** A running server. Disposing of it ends requests under way, then background work, then the database. */
export interface Keepsake extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly services: Services;
  readonly databaseHome: DatabaseHandle["home"];
}

/** What a test or `main.ts` may listen to, besides the configuration. */
export type StartOptions = ConnectOptions;

/**
 * Opens the database, brings its schema up to date, starts the background work and listens.
 *
 * @throws ConfigError, DatabaseStartError, MigrationError, ListenError: each with one sentence for the person who starts it
 */
export async function startKeepsake(config: Config, logger: Logger, options: StartOptions = {}): Promise<Keepsake> {
  assertMayBeGuarded(config);
  await using resources = new AsyncDisposableStack();
  const handle = resources.use(await connect(config.database, options));
  if (handle.durabilityProblem !== null) logger.warn(handle.durabilityProblem);
  await bringUpToDate(handle, logger, options);
  const doorkeeper = await openDoorkeeper(config, handle, logger);
  const queues = EMBEDDABLE.map(({ itemType }) => embeddingQueue(itemType));
  const jobs = resources.use(await startJobQueue(handle, queues, logger.child({ part: "jobs" })));
  const embeddings = await openEmbeddings(config.embeddings, handle, logger, resources);
  const opened = { config: config.database, handle };
  const failures = new FailureLog(logger);
  const backupLog = logger.child({ part: "backups" });
  const backups = resources.use(new KeptBackups(opened, config.backup, backupLog, failures.damage));
  const services: Services = {
    ...describe(handle, failures),
    embeddings,
    jobs,
    backups,
    logger,
    failures,
    doorkeeper,
    metrics: createMetrics(),
    settings: config.settings,
    keysUnderWay: new KeysUnderWay(),
    pendingWrites: new PendingWrites(),
    joining: new WaitingRoom(Math.ceil(config.server.limits.callsAtOnceMax * JOINING_SHARE)),
  };
  addStateGauges(services);
  const server = createApiServer(config.server, services);
  startBackgroundWork(handle, { ...services, db: handle.backgroundDb }, resources);
  resources.defer(() => server.close());
  const url = await listen(server, config.server);
  const running = resources.move();
  return { url, services, databaseHome: handle.home, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function openDoorkeeper({ server }: Config, handle: DatabaseHandle, logger: Logger): Promise<Doorkeeper> {
  const { tokenKey } = await openInstallation(handle.db);
  const { tokensDb: db, backgroundDb } = handle;
  const doorkeeper = new Doorkeeper({ db, backgroundDb, logger, configuredToken: server.adminToken, tokenKey });
  await doorkeeper.open();
  assertGuarded(server, doorkeeper.asksForTokens);
  return doorkeeper;
}

async function bringUpToDate(handle: DatabaseHandle, logger: Logger, options: StartOptions): Promise<void> {
  const { applied, ahead } = await migrate(handle, options);
  if (applied.length > 0) logger.info({ applied }, "the database's schema is up to date");
  if (ahead.length > 0)
    logger.warn({ ahead }, `the database is newer than Keepsake ${KEEPSAKE_VERSION}, and compatible`);
}

function describe(
  handle: DatabaseHandle,
  { damage }: FailureLog,
): Pick<Services, "db" | "backgroundDb" | "exportDb" | "flush" | "limitCall" | "database" | "ping"> {
  const { db, backgroundDb, exportDb, home, serverVersion: version, pgvectorVersion: pgvector } = handle;
  const { durabilityProblem, checksumProblem } = handle;
  return {
    db,
    backgroundDb,
    exportDb,
    flush: (wanted) => retried(() => handle.flush(wanted)),
    limitCall: (call) => handle.limitCall(call),
    database: {
      ...{ home, version, pgvector, durabilityProblem, checksumProblem },
      get damageProblem() {
        return damage.problem;
      },
      get reopenings() {
        return handle.reopenings();
      },
    },
    ping: (timeoutMs) => handle.ping(timeoutMs),
  };
}

async function openEmbeddings(
  config: EmbeddingsConfig | null,
  handle: DatabaseHandle,
  logger: Logger,
  resources: AsyncDisposableStack,
): Promise<Embeddings | null> {
  if (!config) return null;
  const documents = resources.use(createEmbedder(config));
  const queries = resources.use(createCachedEmbedder(documents));
  return {
    documents,
    queries,
    space: await activateSpace(handle, documents.space, await documents.health(), logger),
    seen: { hasOtherWeights: false },
    vectorCounts: new VectorCounts(),
  };
}

function createEmbedder(config: EmbeddingsConfig): Embedder {
  try {
    return createOllamaEmbedder(config);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ConfigError(`EMBEDDING_DIMENSIONS does not fit EMBEDDING_MODEL. ${cause.message}`, { cause });
  }
}

function startBackgroundWork(handle: DatabaseHandle, services: Services, resources: AsyncDisposableStack): void {
  const stop = new AbortController();
  const tasks = [
    keepErasing(services, stop.signal),
    keepFinishingErasures(services, stop.signal),
    keepAuditShort(services, stop.signal),
    startSweeping(services, stop.signal),
  ];
  if (handle.home === "embedded") tasks.push(keepEmbeddedFit(handle.db, services.failures, stop.signal));
  if (services.embeddings) {
    resources.use(new EmbeddingWorker(services, services.embeddings, EMBEDDABLE));
    tasks.push(backfill(services, services.embeddings, stop.signal));
  }
  resources.defer(async () => {
    stop.abort();
    await Promise.all(tasks);
  });
}

const HOUR_MS = 3_600_000;

function keepErasing(services: Services, signal: AbortSignal): Promise<void> {
  const { logger, failures } = services;
  const task = async () => {
    const erased = await eraseForGood(services, [eraseForgotten, eraseDeleted, pruneExports, pruneOldAnswers], signal);
    if (erased > 0) logger.info({ erased }, "what was given up long ago was erased for good");
  };
  return runRecurring("erasing what was given up long ago", HOUR_MS, task, failures, signal);
}

const MINUTE_MS = 60_000;

function keepFinishingErasures(services: Services, signal: AbortSignal): Promise<void> {
  const { logger, failures } = services;
  const task = async () => {
    const finished = await finishErasures(services, signal);
    if (finished > 0) logger.info({ users: finished }, "the interrupted erasure of users was finished");
  };
  return runRecurring("finishing the erasure of users", MINUTE_MS, task, failures, signal);
}

function keepAuditShort(services: Services, signal: AbortSignal): Promise<void> {
  const { logger, failures } = services;
  const task = async () => {
    const pruned = await pruneAuditTrails(services, signal);
    if (pruned > 0) logger.info({ entries: pruned }, "old entries of the audit trail have gone");
  };
  return runRecurring("pruning the audit trail", HOUR_MS, task, failures, signal);
}

/** Between tries, milliseconds: twice as long each time. */
const BACKFILL_AGAIN_MS = { first: 1_000, max: MINUTE_MS };

/** Once, to its end: it may take hours, and a database that restarts meanwhile must not leave the rest without vectors. */
async function backfill(services: Services, embeddings: Embeddings, signal: AbortSignal): Promise<void> {
  for (let afterMs = BACKFILL_AGAIN_MS.first; !signal.aborted; afterMs = Math.min(afterMs * 2, BACKFILL_AGAIN_MS.max)) {
    try {
      const requested = await requestMissingVectors(services, embeddings, EMBEDDABLE, signal);
      if (requested > 0) services.logger.info({ requested }, "what has no vectors is embedded in the background");
      return;
    } catch (error) {
      if (signal.aborted) return;
      services.failures.tellOfWork(error, "asking for missing vectors failed; it is tried again", { afterMs });
      await delay(afterMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

/** The address is taken, or cannot be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

async function listen(server: ReturnType<typeof createApiServer>, { host, port }: Config["server"]): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    throw new ListenError(toListenFault(cause, host, port), { cause });
  }
}

function toListenFault(cause: unknown, host: string, port: number): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  if (code === "EADDRINUSE")
    return `Port ${port} on ${host} is taken: stop what listens there, or set PORT to another one.`;
  if (code === "EACCES") return `Port ${port} may not be used without special rights: set PORT to one above 1023.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `HOST=${host} is not an address of this machine.`;
  return `Cannot listen on ${host}:${port} (${String(code)}).`;
}
