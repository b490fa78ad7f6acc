import { exampleOf } from "../src/rest/examples/examples.ts";

/** Mutations whose examples need nothing to be there, and which answer with an id or a number of their own. */
const REPEATED = ["memory.add", "conversation.append", "training.add", "cache.store", "preferences.set"];

async function post(url: string, input: object): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  return answer.text();
}

/**
 * Sends each mutation twice with one key.
 *
 * @returns those that did not happen once, in words; none for a server that keeps its promise
 */
export async function findDoubled(url: string): Promise<string[]> {
  const faults: string[] = [];
  for (const path of REPEATED) {
    const input = { ...(exampleOf(path).input as object), idempotencyKey: `repeated-${path}` };
    const [first, second] = [
      await post(`${url}/${path.replace(".", "/")}`, input),
      await post(`${url}/${path.replace(".", "/")}`, input),
    ];
    if (first !== second) faults.push(`${path} happened twice`);
  }
  return faults;
}
