import { randomUUID } from "node:crypto";
import type { ClientOptions } from "@keepsake/client";

/** Where everything is. */
export interface Settings {
  readonly keepsake: ClientOptions;
  /** The thread of talk. A name that was used before takes that talk up again. */
  readonly sessionId: string;
  /** Null: nobody answers, and the chat shows what a model would have been given. */
  readonly model: ModelSettings | null;
}

/** Which of Ollama's models answers. */
export interface ModelSettings {
  readonly url: string;
  readonly name: string;
}

/** A mistake of the person who starts the chat, in one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. An empty variable counts as not set.
 *
 * @throws UsageError
 */
export function readSettings(env: Environment): Settings {
  const token = env["KEEPSAKE_TOKEN"] || undefined;
  const userId = env["KEEPSAKE_USER"] || undefined;
  const queueDir = env["KEEPSAKE_QUEUE_DIR"] || undefined;
  const url = readUrl(env, "KEEPSAKE_URL") ?? "http://127.0.0.1:8080";
  const modelUrl = readUrl(env, "OLLAMA_URL");
  return {
    keepsake: { url, ...(token && { token }), ...(userId && { userId }), ...(queueDir && { queueDir }) },
    sessionId: env["KEEPSAKE_SESSION"] || `chat-${randomUUID()}`,
    model: modelUrl === null ? null : { url: modelUrl, name: env["CHAT_MODEL"] || "llama3.2" },
  };
}

function readUrl(env: Environment, name: string): string | null {
  const url = env[name];
  if (!url) return null;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`${name} must be an address such as http://127.0.0.1:8080.`);
}
