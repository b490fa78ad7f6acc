import type { OllamaHttp } from "./ollama-http.ts";

/** One line of the report. */
export interface Finding {
  readonly name: string;
  readonly value: string;
  /** Absent for a figure that is neither right nor wrong. */
  readonly passed?: boolean;
}

/** What is looked at, with all that it needs. */
export interface Target {
  readonly ollama: OllamaHttp;
  /** A nomic-embed-text in any tag. */
  readonly model: string;
}

/** A line that is right or wrong. */
export function check(name: string, passed: boolean, value: string): Finding {
  return { name, value, passed };
}

/** A line that only tells. */
export function figure(name: string, value: string): Finding {
  return { name, value };
}
