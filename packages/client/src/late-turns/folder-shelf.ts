import { isLateTurn, type LateTurn } from "./late-turn.ts";
import { bytesOf, DamagedTurnError, type Shelf, type ShelfLimits, toText } from "./shelf.ts";
import { listFiles, readIfThere, removeIfThere, removeUnfinished, rename, writeDurably } from "./turn-files.ts";

/** `<milliseconds since 1970>-<random>-<bytes>.json`: by name they are in order, and a listing tells how much waits. */
const TURN_FILE = /^\d{15}-[0-9a-f-]{36}-(\d+)\.json$/;
const TIME_DIGITS = 15;
/** No turn takes so long to be written, milliseconds: whoever began it was killed. */
const UNFINISHED_MS_MAX = 3_600_000;

/**
 * A shelf on disk: a file a turn, there whole or not at all, and safe from a power cut once `add` says so. Several
 * processes may use one folder: they may send the same turn twice, which its keys make harmless, and may together
 * overstep the limits by a turn each.
 *
 * @param folder made when it is needed, for its owner alone
 */
export function folderShelf(folder: string, { turnsMax, bytesMax }: ShelfLimits): Shelf {
  const pathOf = (name: string): string => `${folder}/${name}`;
  const tidied = removeUnfinished(folder, UNFINISHED_MS_MAX).catch(() => {});
  const list = async (): Promise<string[]> => {
    await tidied;
    return (await listFiles(folder)).filter((name) => TURN_FILE.test(name)).sort();
  };
  const setAside = async (name: string, ending: string): Promise<string> => {
    const file = pathOf(name.replace(/json$/, ending));
    await rename(pathOf(name), file);
    return file;
  };
  const add = async (turn: LateTurn): Promise<boolean> => {
    const text = toText(turn);
    const bytes = bytesOf(text);
    const names = await list();
    const bytesTotal = names.reduce((sum, name) => sum + Number(TURN_FILE.exec(name)?.[1]), bytes);
    if (names.length >= turnsMax || bytesTotal > bytesMax) return false;
    await writeDurably(folder, nameOf(turn, bytes), text);
    return true;
  };
  const find = async (name: string): Promise<LateTurn | null> => {
    const text = await readIfThere(pathOf(name));
    if (text === null) return null;
    const turn = parse(text);
    if (turn === null) throw new DamagedTurnError(await setAside(name, "damaged"));
    return turn;
  };
  return {
    add: inTurn(add),
    list,
    find,
    remove: (name) => removeIfThere(pathOf(name)),
    setAside: (name) => setAside(name, "refused"),
  };
}

function nameOf({ saidAt }: LateTurn, bytes: number): string {
  const time = String(Date.parse(saidAt)).padStart(TIME_DIGITS, "0");
  return `${time}-${crypto.randomUUID()}-${bytes}.json`;
}

function parse(text: string): LateTurn | null {
  try {
    const value: unknown = JSON.parse(text);
    return isLateTurn(value) ? value : null;
  } catch {
    return null;
  }
}

/** One call at a time, so that two do not both take the last place. */
function inTurn<Input, Output>(call: (input: Input) => Promise<Output>): (input: Input) => Promise<Output> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const next = last.then(() => call(input));
    last = next.catch(() => {});
    return next;
  };
}
