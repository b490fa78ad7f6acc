/**
 * One spelling for one model: Ollama adds `:latest`, its own host and the `library` namespace by itself, so that
 * `nomic-embed-text`, `nomic-embed-text:latest` and `library/nomic-embed-text` are the same weights and one space.
 *
 * @param name as an operator writes it or as Ollama lists it
 */
export function toModelName(name: string): string {
  return name
    .trim()
    .replace(/^(?:https?:\/\/)?registry\.ollama\.ai\//i, "")
    .replace(/^library\//i, "")
    .replace(/:latest$/i, "");
}

/** Whether two spellings mean the same model; like Ollama, without regard to case. */
export function isSameModel(left: string, right: string): boolean {
  return toModelName(left).toLowerCase() === toModelName(right).toLowerCase();
}
