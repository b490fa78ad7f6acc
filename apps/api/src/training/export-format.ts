import type { ExportFormat, LeftOut, TrainingExample } from "@keepsake/contract";

/** The lines of one example, as values; or why it has none. */
export type Rendered = { readonly lines: readonly object[] } | { readonly leftOut: keyof LeftOut };

interface FormatRules {
  /** Whether the caller chose scores: then nothing is left out for a low one. */
  readonly choseScores: boolean;
}

const HIGH_SCORE = 4;
const LOW_SCORE = 2;

/** What an example is in a format. The public rules of each format are checked in the tests of the exports. */
export function render(example: TrainingExample, format: ExportFormat, rules: FormatRules): Rendered {
  switch (format) {
    case "jsonl":
      return { lines: [example] };
    case "openai-chat":
      return imitate(example, rules, toOpenAiChat);
    case "alpaca":
      return imitate(example, rules, toAlpaca);
    case "sharegpt":
      return imitate(example, rules, toShareGpt);
    case "dpo":
      return toPreference(example);
    case "kto":
      return toLabels(example);
  }
}

/** The correction, unless it says what was said anyway. */
function correctionOf({ correctedText, outputText }: TrainingExample): string | null {
  return correctedText === null || correctedText.trim() === outputText.trim() ? null : correctedText;
}

/** For formats that a model imitates: the corrected answer where there is one, and never an answer that was refused. */
function imitate(
  example: TrainingExample,
  { choseScores }: FormatRules,
  toLine: (input: string, output: string) => object,
): Rendered {
  const correction = correctionOf(example);
  const isRefused = example.feedbackScore !== null && example.feedbackScore <= LOW_SCORE && correction === null;
  if (isRefused && !choseScores) return { leftOut: "lowScore" };
  return { lines: [toLine(example.inputText, correction ?? example.outputText)] };
}

/** OpenAI's chat form for fine-tuning. */
const toOpenAiChat = (input: string, output: string) => ({
  messages: [
    { role: "user", content: input },
    { role: "assistant", content: output },
  ],
});

/** Stanford Alpaca's form. All that was said is the instruction. */
const toAlpaca = (instruction: string, output: string) => ({ instruction, input: "", output });

const toShareGpt = (input: string, output: string) => ({
  conversations: [
    { from: "human", value: input },
    { from: "gpt", value: output },
  ],
});

/** TRL's preference form. */
function toPreference(example: TrainingExample): Rendered {
  const chosen = correctionOf(example);
  if (chosen === null) return { leftOut: "notCorrected" };
  return { lines: [{ prompt: example.inputText, chosen, rejected: example.outputText }] };
}

/** TRL's unpaired preference form. Whoever corrects an answer has refused it, whatever its score. */
function toLabels(example: TrainingExample): Rendered {
  const { inputText: prompt, outputText: completion, feedbackScore: score } = example;
  const correction = correctionOf(example);
  if (correction !== null) {
    return {
      lines: [
        { prompt, completion, label: false },
        { prompt, completion: correction, label: true },
      ],
    };
  }
  if (score === null) return { leftOut: "notScored" };
  if (score > LOW_SCORE && score < HIGH_SCORE) return { leftOut: "neutralScore" };
  return { lines: [{ prompt, completion, label: score >= HIGH_SCORE }] };
}
