import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockFolder } from "../src/embedded/folder-lock.ts";
import { connect, DatabaseStartError, migrate } from "../src/index.ts";
import type { TestDatabase } from "./test-database.ts";

const TEMPLATES_FOLDER = join(import.meta.dirname, "../../../.cache/embedded-templates");
const LOCK_WAIT_MS = 120_000;
const LOCK_POLL_MS = 100;

/** What a template holds: nothing but the database itself, or this version's schema. */
export type TemplateKind = "empty" | "migrated";

/** A data folder of its own under the temporary folder, a copy of `template`. */
export async function createEmbeddedDatabase(template: string): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-test-"));
  const dataDir = join(folder, "data");
  // In one go and in C++: the asynchronous one takes twice as long for a thousand files.
  cpSync(template, dataDir, { recursive: true });
  return {
    engine: "embedded",
    config: { home: "embedded", dataDir },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/**
 * Makes a template data folder under the repository's cache unless it is there: a first start takes seconds, a copy
 * does not.
 *
 * @param hash of what goes into the template: another one is another folder
 * @returns its path
 */
export async function ensureEmbeddedTemplate(kind: TemplateKind, hash: string): Promise<string> {
  const template = join(TEMPLATES_FOLDER, `${kind}-${hash}`);
  if (await exists(template)) return template;
  await mkdir(TEMPLATES_FOLDER, { recursive: true });
  await using _lock = await waitForLock(TEMPLATES_FOLDER);
  if (!(await exists(template))) await makeTemplate(kind, template);
  return template;
}

/** Under another name until it is complete, so that what an interrupted run left is never taken for a template. */
async function makeTemplate(kind: TemplateKind, template: string): Promise<void> {
  const draft = join(TEMPLATES_FOLDER, `draft-${randomUUID()}`);
  try {
    {
      await using handle = await connect({ home: "embedded", dataDir: draft });
      if (kind === "migrated") await migrate(handle);
    }
    await rename(draft, template);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function waitForLock(folder: string): Promise<AsyncDisposable> {
  const giveUpAt = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (!(error instanceof DatabaseStartError) || performance.now() > giveUpAt) throw error;
      await sleep(LOCK_POLL_MS);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
