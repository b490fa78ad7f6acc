import { describe, expect, test } from "vitest";
import { CONFIG_VARIABLES } from "./config-variables.ts";
import { configWarnings } from "./config-warnings.ts";

describe("the start warns", () => {
  test.each([
    ["KEEPSAKE_ADMIN_TOKN", "KEEPSAKE_ADMIN_TOKEN"],
    ["KEEPSAKES_DATA_DIR", "KEEPSAKE_DATA_DIR"],
    ["DATABASE_URI", "DATABASE_URL"],
    ["EMBEDDING_DIMENSION", "EMBEDDING_DIMENSIONS"],
  ])("of %s", (slip, meant) => {
    expect(configWarnings({ [slip]: "1" })).toEqual([
      `${slip} is not a variable of Keepsake, and has no effect: was ${meant} meant?`,
    ]);
  });

  test("of two databases", () => {
    const both = { DATABASE_URL: "postgres://a/b", POSTGRES_HOST: "db" };
    expect(configWarnings(both)).toEqual(["POSTGRES_HOST is not used, because DATABASE_URL is set."]);
  });
});

describe("the start does not warn", () => {
  test("of any variable in the table", () => {
    const all = Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, ""]));
    expect(configWarnings(all)).toEqual([]);
  });

  test("of other programs' variables, or of those that the compose file reads", () => {
    const others = ["HOME", "SORT", "PORTS", "HOSTS", "POSTGRES_DATA", "POSTGRES_BACKUPS", "OLLAMA_HOST", "LOGNAME"];
    expect(configWarnings(Object.fromEntries(others.map((name) => [name, "x"])))).toEqual([]);
  });
});
