import { describe, expect, test } from "vitest";
import { CONFIG_VARIABLES } from "./config-variables.ts";
import { configWarnings, secretFileWarnings } from "./config-warnings.ts";

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

test("the start warns of a secret in a file that everybody may read", () => {
  const warnings = (path: string, mode: number | null) =>
    secretFileWarnings({ KEEPSAKE_ADMIN_TOKEN_FILE: path, HOST: "127.0.0.1" }, () => mode);
  expect(warnings("/etc/token", 0o644)).toEqual([
    "KEEPSAKE_ADMIN_TOKEN_FILE names a file that every user of this machine may read: chmod 600 /etc/token",
  ]);
  expect(warnings("/etc/token", 0o640)).toEqual([]);
  expect(warnings("/etc/token", null)).toEqual([]);
  expect(warnings("/run/secrets/token", 0o444)).toEqual([]);
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
