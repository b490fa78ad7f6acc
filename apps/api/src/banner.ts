import type { EmbedderHealth } from "@keepsake/embeddings";
import type { Config } from "./config.ts";

/** What a person wants to know once the server is up, a line each. */
export function banner(
  config: Config,
  running: { readonly url: string; readonly services: { readonly doorkeeper: { readonly asksForTokens: boolean } } },
  embedderHealth: EmbedderHealth | null,
): string[] {
  return [
    `listening   ${running.url}${access(running.services.doorkeeper)}`,
    `data        ${dataHome(config)}`,
    `embeddings  ${embeddings(config, embedderHealth)}`,
    `docs        ${running.url}/ and README.md`,
  ];
}

function access({ asksForTokens }: { readonly asksForTokens: boolean }): string {
  return asksForTokens ? " (with a token)" : " (this machine only; no token is asked for)";
}

function dataHome({ database }: Config): string {
  if (database.home === "embedded") return `${database.dataDir} (embedded PostgreSQL)`;
  const { hostname, port, pathname } = new URL(database.url);
  return `PostgreSQL at ${hostname}:${port || "5432"}${pathname}`;
}

function embeddings({ embeddings: config }: Config, health: EmbedderHealth | null): string {
  if (!config)
    return "off, search goes by words: start Ollama, `ollama pull nomic-embed-text`, set OLLAMA_URL=http://127.0.0.1:11434";
  // Without the name and password that may stand in it.
  const space = `${config.model}, ${config.dimensions} dimensions, at ${new URL(config.url).origin}`;
  return health?.available ? `on (${space})` : `not available yet (${space}): ${health?.problem ?? "no answer"}`;
}
