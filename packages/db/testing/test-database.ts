import type { DatabaseConfig } from "../src/index.ts";
import type { TestEngine } from "./test-engine.ts";

/** A database that belongs to one test file. Disposing of it deletes it, whoever is still connected. */
export interface TestDatabase extends AsyncDisposable {
  readonly engine: TestEngine;
  /** For `connect`, or for a whole server. */
  readonly config: DatabaseConfig;
}
