import { randomBytes } from "node:crypto";
import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import { testEngine } from "@keepsake/db/testing";
import { expect, test } from "vitest";
import { type LoopDisk, makeLoopDisk, whyNoLoopDisk } from "../../../bench/faults/loop-disk.ts";
import { freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";

const DISK_MB = 320;
/** A little above what the embedded database leaves free. */
const LEFT_BYTES = 72 * 1024 * 1024;
const TIMEOUT_MS = 300_000;

const why = testEngine() === "embedded" ? whyNoLoopDisk() : "a server's disk is the server's";

async function startOn(disk: LoopDisk) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startProcess({ KEEPSAKE_DATA_DIR: join(disk.folder, "data"), PORT: String(port), LOG_LEVEL: "error" });
  await untilHealthy(server, url, TIMEOUT_MS);
  return { server, client: createClient({ url, retries: 0, timeoutMs: 60_000 }) };
}

/** A memory of so many characters, which nothing makes smaller. */
const add = async (client: KeepsakeClient) =>
  (await client.memory.add.mutate({ content: randomBytes(12_000).toString("base64") })).id;

const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: unknown) => errorReason(error),
  );

test("with the disk full, writing is refused and reading goes on; with room again all goes on by itself", {
  timeout: TIMEOUT_MS,
}, async (context) => {
  if (why !== null) return context.skip(why);
  await using disk = await makeLoopDisk(DISK_MB);
  const { server, client } = await startOn(disk);
  await using _server = server;
  const { bavail, bsize } = await statfs(disk.folder);
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(bavail * bsize - LEFT_BYTES));
  const ids: string[] = [];
  let refusal: string | null = "done";
  for (let tries = 0; tries < 5_000 && refusal === "done"; tries += 1) {
    refusal = await reasonOf(add(client).then((id) => ids.push(id)));
  }
  expect(refusal).toBe("STORAGE_FULL");
  expect(await reasonOf(client.preferences.set.mutate({ key: "a.b", value: 1 }))).toBe("STORAGE_FULL");
  expect((await client.memory.get.query({ id: ids[0] ?? "" })).id).toBe(ids[0]);
  await rm(ballast);
  while ((await reasonOf(add(client))) !== "done") await new Promise((resolve) => setTimeout(resolve, 100));
  for (const id of ids) expect((await client.memory.get.query({ id })).id).toBe(id);
  expect((await client.system.status.query()).database.reopenings).toBe(0);
});

test("on a disk that the system has made read-only, calls get 503 and the server neither ends nor starts over and over", {
  timeout: TIMEOUT_MS,
}, async (context) => {
  if (why !== null) return context.skip(why);
  await using disk = await makeLoopDisk(DISK_MB);
  const { server, client } = await startOn(disk);
  await using _server = server;
  const id = await add(client);
  await disk.turnReadOnly();
  for (let call = 0; call < 20; call += 1) {
    expect(await reasonOf(add(client))).toBe("DATABASE_UNAVAILABLE");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  expect(server.child.exitCode).toBeNull();
  server.kill("SIGKILL");
  await server.ended;
  await using found = await disk.cutPower([]);
  const again = await startOn(found);
  await using _again = again.server;
  expect((await again.client.memory.get.query({ id })).id).toBe(id);
});
