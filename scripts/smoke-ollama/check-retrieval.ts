import { type Recipe, recipeFor } from "../../packages/embeddings/src/index.ts";
import { check, type Finding, figure, type Target } from "./finding.ts";
import { SmokeError } from "./ollama-http.ts";
import { QUESTION_PAIRS } from "./question-pairs.ts";
import { cosine, median } from "./vectors.ts";

const DIMENSIONS = [768, 512, 384, 256];
/** A model that works answers nearly all; below this something is broken: prefixes, cut or order. */
const ENGLISH_RECALL_MIN = 0.75;
/** Pairs that 384 numbers may lose against 768 before their choice has to be thought over. */
const LOST_PAIRS_MAX = 2;

interface Vectors {
  readonly questions: readonly (readonly number[])[];
  readonly facts: readonly (readonly number[])[];
}

/** Likeness of each question (row) to each fact (column). */
type Likeness = readonly (readonly number[])[];

/** How often the right fact is the nearest one, at several lengths, with and without the model's prefixes. */
export async function* checkRetrieval(target: Target): AsyncGenerator<Finding> {
  const withPrefixes = await embedPairs(target, true);
  const without = await embedPairs(target, false);
  const found = new Map<number, number>();
  for (const dimensions of DIMENSIONS) {
    const recipe = recipeFor(target.model, dimensions);
    const likeness = compare(withPrefixes, recipe);
    found.set(dimensions, answered(likeness).length);
    const value = `with prefixes ${describe(likeness)}   without ${describe(compare(without, recipe))}`;
    if (dimensions === 384)
      yield check(`recall@1 at ${dimensions}`, recall(likeness, "en") >= ENGLISH_RECALL_MIN, value);
    else yield figure(`recall@1 at ${dimensions}`, value);
  }
  const lost = (found.get(768) ?? 0) - (found.get(384) ?? 0);
  yield check("384 keeps up with 768", lost <= LOST_PAIRS_MAX, `${lost} of ${QUESTION_PAIRS.length} pairs lost`);
  yield* describeMargins(compare(withPrefixes, recipeFor(target.model, 384)));
}

async function embedPairs({ ollama, model }: Target, hasPrefixes: boolean): Promise<Vectors> {
  const { prepare } = recipeFor(model, 384);
  const embed = async (texts: readonly string[], purpose: "query" | "document") => {
    const inputs = hasPrefixes ? texts.map((text) => prepare(text, purpose)) : texts;
    const { vectors, error } = await ollama.embed(model, inputs, false);
    if (error !== null) throw new SmokeError(`Ollama refuses the questions or facts: ${error}`);
    return vectors;
  };
  const questions = await embed(
    QUESTION_PAIRS.map(({ question }) => question),
    "query",
  );
  const facts = await embed(
    QUESTION_PAIRS.map(({ fact }) => fact),
    "document",
  );
  return { questions, facts };
}

function compare({ questions, facts }: Vectors, recipe: Recipe): Likeness {
  const cutFacts = facts.map((values) => recipe.finish(values));
  return questions.map((values) => cutFacts.map((fact) => cosine(recipe.finish(values), fact)));
}

/** The places of the pairs whose question has its own fact nearest. */
function answered(likeness: Likeness): number[] {
  return likeness.flatMap((row, index) => (row.indexOf(Math.max(...row)) === index ? [index] : []));
}

function recall(likeness: Likeness, language: string): number {
  const ofLanguage = QUESTION_PAIRS.filter((pair) => pair.language === language).length;
  return answered(likeness).filter((index) => QUESTION_PAIRS[index]?.language === language).length / ofLanguage;
}

function describe(likeness: Likeness): string {
  const [en, pl] = ["en", "pl"].map((language) => recall(likeness, language).toFixed(2));
  return `${(answered(likeness).length / QUESTION_PAIRS.length).toFixed(2)} (en ${en}, pl ${pl})`;
}

/** How far a right fact stands out: what a limit on similarity could be made from. */
function* describeMargins(likeness: Likeness): Generator<Finding> {
  const right = likeness.map((row, index) => row[index] ?? 0);
  const wrong = likeness.map((row, index) => Math.max(...row.filter((_, column) => column !== index)));
  const any = likeness.flatMap((row, index) => row.filter((_, column) => column !== index));
  yield figure("cosine at 384, medians", `right ${fixed(right)}, best wrong ${fixed(wrong)}, any wrong ${fixed(any)}`);
}

const fixed = (values: readonly number[]): string => median(values).toFixed(3);
