import { errorReason, inputIssues, requestId } from "@keepsake/client";

/**
 * What went wrong with a call to Keepsake and what to do about it, in one sentence without a stack.
 *
 * @param url the server's address, for the case that nothing answers there
 */
export function failureSentence(error: unknown, url: string): string {
  const reason = errorReason(error);
  switch (reason) {
    case null:
      return unansweredSentence(error, url);
    case "UNAUTHORIZED":
      return "Keepsake asks for a token and does not know this one: set KEEPSAKE_TOKEN.";
    case "MEMORY_NOT_FOUND":
      return "There is no such memory; /search shows the ids.";
    case "INVALID_INPUT":
      return `Keepsake refuses this: ${faultsOf(error)}`;
    default:
      // The server's own sentence is fit for people, and for INTERNAL it names the request id.
      return `${messageOf(error)} (${reason})`;
  }
}

function unansweredSentence(error: unknown, url: string): string {
  // A reason that is newer than this client.
  if (requestId(error) !== null) return messageOf(error);
  const cause = error instanceof Error ? error.cause : null;
  const isLate = [error, cause].some((one) => one instanceof Error && one.name === "TimeoutError");
  if (isLate) return `Keepsake at ${url} took too long to answer.`;
  return `Keepsake does not answer at ${url}: start it with \`npx pnpm@12 start\`, or set KEEPSAKE_URL.`;
}

/** The server's sentence names the first fault; with more of them each is worth a word. */
function faultsOf(error: unknown): string {
  const issues = inputIssues(error);
  if (issues.length <= 1) return messageOf(error);
  return issues.map(({ path, message }) => `${path} ${message}`).join("; ");
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
