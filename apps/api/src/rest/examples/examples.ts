import type { routes } from "../../routes.ts";
import { cacheExamples } from "./cache-examples.ts";
import { conversationExamples } from "./conversation-examples.ts";
import type { Example, ExamplesOf } from "./example.ts";
import { memoryExamples } from "./memory-examples.ts";
import { preferencesExamples } from "./preferences-examples.ts";
import { systemExamples } from "./system-examples.ts";
import { streamedExportExample, trainingExamples } from "./training-examples.ts";

const examples: { readonly [Slice in keyof typeof routes]: ExamplesOf<Slice> } = {
  memory: memoryExamples,
  conversation: conversationExamples,
  preferences: preferencesExamples,
  cache: cacheExamples,
  training: trainingExamples,
  system: systemExamples,
};

const streamed: Readonly<Record<string, Example>> = { "training.export": streamedExportExample };

/**
 * One call of a procedure with its answer, as REST has them: for the document and the page. The tests send them all to a
 * real server.
 *
 * @param path such as `memory.add`
 */
export function exampleOf(path: string): Example {
  const [slice = "", name = ""] = path.split(".");
  const example = streamed[path] ?? (examples as Record<string, Record<string, Example>>)[slice]?.[name];
  if (!example) throw new Error(`${path} has no example.`);
  return JSON.parse(JSON.stringify(example)) as Example;
}
