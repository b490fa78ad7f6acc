import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

const ROOT = join(process.env["KEEPSAKE_CI_CACHE"] || "/var/cache/keepsake-ci", "postgres-17");
const PROGRAMS = "/usr/lib/postgresql/17/bin";
const PI_CONFIGURATION = join(import.meta.dirname, "../../../deploy/postgres.conf");
const USER = "keepsake";
const READY_WITHIN_MS = 60_000;

/** How a cluster differs from what the Raspberry Pi runs. */
export interface ClusterOptions {
  /** Settings of PostgreSQL, such as `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A folder that is there and empty, under {@link clusterRoot}, such as a mount; it is not removed. A new one otherwise. */
  readonly home?: string;
  /** Whether the files are on the disk when the cluster has been made: only those who cut its power need to wait for it. */
  readonly isSynced?: boolean;
  /** Keeps checksums of its pages, as Keepsake advises; yes unless said. */
  readonly hasChecksums?: boolean;
}

/** A PostgreSQL of a test's own, on loopback, which may be killed. */
export interface PrivateCluster extends AsyncDisposable {
  /** Of its superuser, in the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Where the data lies, `data`, and the log, `postgres.log`. */
  readonly home: string;
  readonly isRunning: boolean;
  /** The log so far. */
  log(): string;
  /** Resolves when it accepts connections. */
  start(): Promise<void>;
  /** SIGKILL to the postmaster and to all its children, at once. */
  kill(): Promise<void>;
  /** Its processes: the postmaster and its children. */
  processes(): number[];
  /** PostgreSQL's fast shutdown. */
  stop(): Promise<void>;
  /** Another cluster on the files of this one: of a copy of its home, say. It is not started. */
  on(home: string): PrivateCluster;
}

/** Where clusters may lie. */
export const clusterRoot = (): string => join(ROOT, "var/tmp");

/**
 * Why there can be no cluster of one's own here, for a test that has to say so; null when there can.
 *
 * It comes from the folder that `.ci/provision-postgres start` makes, and only root may change into that.
 */
export function whyNoPrivateCluster(): string | null {
  if (process.getuid?.() !== 0) return "a PostgreSQL of its own needs root, for chroot";
  if (!existsSync(join(ROOT, ".keepsake-complete"))) return ".ci/provision-postgres has unpacked no PostgreSQL here";
  return null;
}

/** Makes a cluster and starts it. Disposing of it kills it and removes its files. */
export async function startPrivateCluster(options: ClusterOptions = {}): Promise<PrivateCluster> {
  const home = options.home ?? mkdtempSync(join(clusterRoot(), "keepsake-private-"));
  const cluster = new Cluster(home, await freePort(), options);
  try {
    cluster.make();
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

class Cluster implements PrivateCluster {
  readonly home: string;
  readonly port: number;
  readonly #options: ClusterOptions;
  #postmaster: ChildProcess | null = null;

  constructor(home: string, port: number, options: ClusterOptions) {
    this.home = home;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/postgres`;
  }

  get isRunning(): boolean {
    return this.#postmaster !== null && this.#postmaster.exitCode === null && this.#postmaster.signalCode === null;
  }

  log(): string {
    const file = join(this.home, "postgres.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  make(): void {
    const { uid, gid } = postgresIds();
    chownSync(this.home, uid, gid);
    const { isSynced = false, hasChecksums = true } = this.#options;
    const options = [
      `--pgdata=${this.#inside}/data`,
      `--username=${USER}`,
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      ...(hasChecksums ? ["--data-checksums"] : []),
      ...(isSynced ? [] : ["--no-sync"]),
    ];
    const { status, stdout, stderr } = spawnSync("chroot", inRoot("initdb", options), { env: ENVIRONMENT });
    if (status !== 0) throw new Error(`initdb failed: ${stdout}${stderr}`);
    copyFileSync(PI_CONFIGURATION, join(this.home, "postgres.conf"));
  }

  async start(): Promise<void> {
    const log = openSync(join(this.home, "postgres.log"), "a");
    const options = [
      `-D${this.#inside}/data`,
      ...Object.entries(this.#settings()).map(([name, to]) => `-c${name}=${to}`),
    ];
    this.#postmaster = spawn("chroot", inRoot("postgres", options), { env: ENVIRONMENT, stdio: ["ignore", log, log] });
    closeSync(log);
    await this.#untilReady();
  }

  async kill(): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster?.pid === undefined || !this.isRunning) return;
    // Stopped first, so that it starts no child while its children are counted.
    process.kill(postmaster.pid, "SIGSTOP");
    const ended = once(postmaster, "exit");
    for (const pid of [...childrenOf(postmaster.pid), postmaster.pid]) killQuietly(pid);
    await ended;
  }

  processes(): number[] {
    const pid = this.#postmaster?.pid;
    return pid === undefined || !this.isRunning ? [] : [pid, ...childrenOf(pid)];
  }

  async stop(): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster === null || !this.isRunning) return;
    const ended = once(postmaster, "exit");
    postmaster.kill("SIGINT");
    await ended;
  }

  on(home: string): PrivateCluster {
    return new Cluster(home, this.port, { ...this.#options, home });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#options.home === undefined) rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The home as PostgreSQL sees it. */
  get #inside(): string {
    return this.home.slice(ROOT.length);
  }

  /** Shared memory is kept in files, because the root has no /dev/shm of its own. */
  #settings(): Record<string, string> {
    return {
      config_file: `${this.#inside}/postgres.conf`,
      listen_addresses: "127.0.0.1",
      port: String(this.port),
      unix_socket_directories: "",
      max_connections: "100",
      dynamic_shared_memory_type: "mmap",
      ...this.#options.settings,
    };
  }

  async #untilReady(): Promise<void> {
    const giveUpAt = performance.now() + READY_WITHIN_MS;
    while (this.isRunning && performance.now() < giveUpAt) {
      const sql = postgres(this.url, { max: 1, connect_timeout: 2, onnotice: () => {} });
      const isReady = await sql`select 1`.then(
        () => true,
        () => false,
      );
      await sql.end({ timeout: 1 });
      if (isReady) return;
      await sleep(20);
    }
    throw new Error(`PostgreSQL in ${basename(this.home)} did not start: ${this.log().slice(-2_000)}`);
  }
}

const ENVIRONMENT = { PATH: `${PROGRAMS}:/usr/sbin:/usr/bin:/bin`, LC_ALL: "C.UTF-8", HOME: "/tmp" };

/** chroot's arguments: a program of the unpacked Debian as its own postgres user. */
function inRoot(program: string, options: readonly string[]): string[] {
  const { uid, gid } = postgresIds();
  return [`--userspec=+${uid}:+${gid}`, "--groups=", ROOT, `${PROGRAMS}/${program}`, ...options];
}

/** Read there: the machine may have a postgres user with other ids. */
function postgresIds(): { uid: number; gid: number } {
  const line = /^postgres:[^:]*:(\d+):(\d+)/m.exec(readFileSync(join(ROOT, "etc/passwd"), "utf8"));
  return { uid: Number(line?.[1]), gid: Number(line?.[2]) };
}

/** A backend is a session of its own, so that a group's signal does not reach it. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
