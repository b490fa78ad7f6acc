import { failureSentence } from "./failure-sentence.ts";
import type { Gateway, Said } from "./turn.ts";

/** `No, I meant the lamp in the hall`, in English and Polish. */
const CORRECTION =
  /^(?:no|nie)\b[\s,.!]*(?:i (?:mean|meant)|chodzi(?:ło)? mi o|mam na myśli|miał[ae]m na myśli)\s+(?<meaning>.+)$/isu;

/** What a person says that they meant, where they correct how they were understood; null otherwise. */
export function meaningOf(text: string): string | null {
  return CORRECTION.exec(text.trim())?.groups?.["meaning"] ?? null;
}

/** Remembers what was meant by the words before, and gives the answer to them no more. */
export async function learnMeaning(gateway: Gateway, { text, interactionId }: Said, meaning: string): Promise<void> {
  const content = `By "${text}" they mean ${meaning}`;
  await correct(gateway, { interactionId, remember: { content, kind: "correction", source: "chat" } });
}

/** Remembers what should have been answered, and gives the wrong answer no more. */
export async function correctAnswer(gateway: Gateway, { interactionId }: Said, text: string): Promise<void> {
  await correct(gateway, { interactionId, text });
}

type Correction = Parameters<Gateway["client"]["conversation"]["correct"]["mutate"]>[0];

async function correct({ client, settings }: Gateway, correction: Correction): Promise<void> {
  try {
    // What was said before may be on its way still.
    await client.flush(1_000);
    const { memory, exampleId, evicted } = await client.conversation.correct.mutate(correction);
    const learnt = [memory && "what was meant", exampleId && "the right answer"].filter(Boolean).join(" and ");
    console.log(`(learnt: ${learnt || "nothing new"}${evicted > 0 ? "; the answer of before is given no more" : ""})`);
  } catch (error) {
    console.log(`(not learnt: ${failureSentence(error, settings.keepsake.url)})`);
  }
}
