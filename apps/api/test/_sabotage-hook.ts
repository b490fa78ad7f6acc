import { writeSync } from "node:fs";
import { registerHooks } from "node:module";

// Runs before the program, by `node --import`, in its main thread and in each worker: see _sabotage.ts.

interface Change {
  readonly url: string;
  readonly find: string;
  readonly replace: string;
}

const STANDARD_ERROR = 2;
const changes = JSON.parse(process.env["SABOTAGE"] ?? "[]") as Change[];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const ours = changes.filter((change) => change.url === url);
    if (ours.length === 0) return loaded;
    const source = ours.reduce(change, textOf(loaded.source));
    // At once, and not by a stream: a worker's streams are its parent's to read.
    writeSync(STANDARD_ERROR, `sabotaged ${url}\n`);
    return { ...loaded, source };
  },
});

function textOf(source: unknown): string {
  return typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8");
}

function change(source: string, { url, find, replace }: Change): string {
  if (!source.includes(find)) throw new Error(`${url} does not hold: ${find}`);
  return source.split(find).join(replace);
}
