import { toWords } from "./words.ts";

/** Numbers of a fake vector, as nomic-embed-text has them. */
export const FAKE_DIMENSIONS = 768;
/** Tokens that the fake model takes, as nomic-embed-text in Ollama. */
export const FAKE_CONTEXT_TOKENS = 2_048;

/** How much a task prefix moves a vector: a test sees that it was sent, a search hardly. */
const PREFIX_WEIGHT = 0.15;
/** How much the exact text moves a vector, so that texts of the same words still differ. */
const TEXT_WEIGHT = 0.05;
/** How much all vectors lean one way. Real models lean too, and only then does layer normalisation change anything. */
const LEAN_WEIGHT = 0.2;
/** Word vectors kept, 3 kB each. */
const WORDS_KEPT_MAX = 5_000;

/**
 * A text's vector, the same in every run: texts that share words or concepts (English, Polish) point nearly the same
 * way, others nearly at right angles.
 *
 * @returns 768 numbers of L2 norm 1
 */
export function toFakeVector(input: string): number[] {
  const [, prefix, text = ""] =
    /^(?:(search_query|search_document|clustering|classification): )?([\s\S]*)$/.exec(input) ?? [];
  const meaning = new Float64Array(FAKE_DIMENSIONS);
  for (const { word, weight } of toWords(text)) add(meaning, direction(word), weight);
  const vector = new Float64Array(FAKE_DIMENSIONS).fill(LEAN_WEIGHT / Math.sqrt(FAKE_DIMENSIONS));
  add(vector, meaning, 1 / (Math.hypot(...meaning) || 1));
  add(vector, direction(`text ${text}`), TEXT_WEIGHT);
  if (prefix) add(vector, direction(`prefix ${prefix}`), PREFIX_WEIGHT);
  return normalise([...vector]);
}

/** Scales to L2 norm 1. */
export function normalise(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

/**
 * Tokens of a text for the fake model, beginning and end marks included: four letters of plain Latin make one, any
 * other character makes one. Real counts differ; never is a character more than one token, as in WordPiece.
 */
export function countTokens(text: string): number {
  const latin = text.match(/[a-z]+/gi) ?? [];
  const others = text.match(/[^a-z\s]/giu) ?? [];
  return 2 + others.length + latin.reduce((sum, word) => sum + Math.ceil(word.length / 4), 0);
}

function add(target: Float64Array, vector: ArrayLike<number>, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + weight * (vector[i] ?? 0);
}

const directions = new Map<string, Float32Array>();

/** A direction of L2 norm 1 for a name, drawn at random from a seed that is the name's hash. */
function direction(name: string): Float32Array {
  const known = directions.get(name);
  if (known) return known;
  const random = randomFrom(hash(name));
  const made = Float32Array.from(normalise(Array.from({ length: FAKE_DIMENSIONS }, () => gaussian(random))));
  if (directions.size >= WORDS_KEPT_MAX) directions.clear();
  directions.set(name, made);
  return made;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box-Muller: a normally distributed number from two even ones. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
