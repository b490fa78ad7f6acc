import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isNeverKept } from "./cache/never-intents.ts";
import { ConfigError, loadConfig } from "./config.ts";
import { CONFIG_VARIABLES } from "./config-variables.ts";

const load = (environment: Record<string, string>, files: Record<string, string> = {}) =>
  loadConfig(environment, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });

const root = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("without any variable", () => {
  test("the server listens on loopback, on the embedded database, without a model", () => {
    const config = load({ OLLAMA_URL: "", DATABASE_URL: "" });
    expect(config.server).toMatchObject({ host: "127.0.0.1", port: 8080, adminToken: null, allowedHosts: [] });
    expect(config.database).toMatchObject({ home: "embedded" });
    expect(config.embeddings).toBeNull();
  });

  test("every fallback is the one that the table names", () => {
    for (const { name, fallback } of CONFIG_VARIABLES) {
      if (fallback !== "") expect(load({ [name]: fallback }), name).toEqual(load({}));
    }
  });
});

describe("a database", () => {
  test("is named by a URL, or by its parts with any password", () => {
    const { database } = load({ POSTGRES_HOST: "db", POSTGRES_PASSWORD: "p@ss/w:rd", POSTGRES_DB: "memories" });
    expect(database).toMatchObject({ url: "postgres://ai_assistant:p%40ss%2Fw%3Ard@db:5432/memories" });
    const fromFile = load({ POSTGRES_HOST: "db", POSTGRES_PASSWORD_FILE: "/secret" }, { "/secret": "from file\n" });
    const overIpv6 = load({ POSTGRES_HOST: "::1", POSTGRES_PASSWORD: " spaces " });
    expect(overIpv6.database).toMatchObject({ url: "postgres://ai_assistant:%20spaces%20@[::1]:5432/ai_assistant" });
    expect(fromFile.database).toMatchObject({ url: "postgres://ai_assistant:from%20file@db:5432/ai_assistant" });
    const address = load({ DATABASE_URL_FILE: "/secret" }, { "/secret": "postgres://a:b@db/c\n" });
    expect(address.database).toMatchObject({ home: "server", url: "postgres://a:b@db/c" });
    expect(() => load({ DATABASE_URL_FILE: "/secret" }, { "/secret": "mysql://a:hush@db" })).toThrow(
      /^DATABASE_URL must/,
    );
    expect(() => load({ DATABASE_URL_FILE: "/a", DATABASE_URL: "postgres://a" })).toThrow(/not both/);
  });
});

describe("intents that are never cached", () => {
  test("are a list of names", () => {
    expect(load({ CACHE_NEVER_INTENTS: " turn_on, ,Hass* " }).settings.cacheNeverIntents).toEqual(["turn_on", "Hass*"]);
  });

  test.each(["turn_on", "light.turn_off", "climate.set_temperature", "cover.open_cover", "HassLightSet", "door_state"])(
    "are %s and its like when nobody says",
    (intent) => expect(isNeverKept(intent, load({}).settings.cacheNeverIntents)).toBe(true),
  );

  test.each(["question", "opening_hours", "weather", "recipe", "estate", "closest_shop"])(
    "are not %s and its like",
    (intent) => expect(isNeverKept(intent, load({}).settings.cacheNeverIntents)).toBe(false),
  );
});

describe("a fault", () => {
  test.each([
    [{ PORT: "1e99" }, "PORT"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL must be a URL such as postgres://"],
    [{ CACHE_TTL_SECONDS: "0" }, "CACHE_TTL_SECONDS must be from 1 to 31536000"],
    [{ CACHE_MAX_ENTRIES: "many" }, "CACHE_MAX_ENTRIES must be a whole number from 1 to 1000000"],
    [{ KEEPSAKE_ADMIN_TOKEN: "short" }, "24 characters or more"],
    [{ KEEPSAKE_ADMIN_TOKEN_FILE: "/none" }, "cannot be read: /none"],
    [{ KEEPSAKE_ADMIN_TOKEN_FILE: "/none", KEEPSAKE_ADMIN_TOKEN: "x" }, "not both"],
    [{ KEEPSAKE_ADMIN_TOKEN: "żółw".repeat(10) }, "ASCII"],
    [{ KEEPSAKE_ADMIN_TOKEN: "two words ".repeat(3) }, "no space"],
    [{ POSTGRES_PASSWORD_FILE: "/none", POSTGRES_HOST: "db" }, "POSTGRES_PASSWORD_FILE names a file"],
    [{ POSTGRES_HOST: "db:5432" }, "POSTGRES_HOST must be a name or an address, without a port"],
    [{ PORT: "80abc" }, "PORT must be a whole number from 0 to 65535"],
    [{ PORT: "0x50" }, "PORT must be a whole number"],
    [{ POSTGRES_PORT: "8080.5" }, "POSTGRES_PORT must be a whole number"],
    [{ POSTGRES_PORT: "65536" }, "POSTGRES_PORT must be from 1 to 65535"],
  ])("in %j is told in a sentence", (environment, sentence) => {
    expect(() => load(environment)).toThrow(ConfigError);
    expect(() => load(environment)).toThrow(sentence);
  });
});

test("all faults are told together, whichever kind they are", () => {
  const environment = {
    PORT: "eighty",
    LOG_LEVEL: "loud",
    HOST: "0.0.0.0",
    POSTGRES_HOST: "db",
    POSTGRES_PASSWORD_FILE: "/empty",
  };
  expect(() => load(environment, { "/empty": "\n" })).toThrow(
    /PORT.*\nLOG_LEVEL.*\nPOSTGRES_PASSWORD_FILE names an empty file/,
  );
});

describe("a variable of nothing but spaces", () => {
  test("counts as not set", () => {
    expect(load({ PORT: " ", DATABASE_URL: "  " })).toEqual(load({}));
  });
});

describe("the documents", () => {
  test("README's table lists every variable with its fallback, and no other", () => {
    const rows = [...root("README.md").matchAll(/^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$/gm)];
    const listed = rows.map(([, name, fallback, meaning]) => ({
      name,
      fallback: fallback?.replaceAll("`", ""),
      meaning,
    }));
    expect(listed).toEqual(CONFIG_VARIABLES);
  });

  test(".env.example names every variable once, explained", () => {
    const names = [...root(".env.example").matchAll(/^# ?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toEqual(CONFIG_VARIABLES.map(({ name }) => name));
    for (const { meaning } of CONFIG_VARIABLES) expect(root(".env.example")).toContain(`# ${meaning}`);
  });
});
