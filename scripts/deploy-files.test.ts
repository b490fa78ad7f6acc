import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DCLinter } from "dclint";
import { validate } from "dockerfile-utils";
import { describe, expect, test, vi } from "vitest";
import { CONFIG_VARIABLES } from "../apps/api/src/config-variables.ts";
import { findTool } from "../packages/db/testing/find-tool.ts";

// These run whole programs, which a busy machine keeps waiting.
vi.setConfig({ testTimeout: 60_000 });

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

const COMPOSE_FILES = ["docker-compose.yml", "deploy/compose.studio.yml"];
const SECRETS = { POSTGRES_PASSWORD: "one", KEEPSAKE_ADMIN_TOKEN: "two" };

describe("the Dockerfile", () => {
  test("has no fault that a linter knows", () => {
    expect(validate(read("apps/api/Dockerfile"))).toEqual([]);
  });

  test("builds on the Node that the project runs on", () => {
    expect(read("apps/api/Dockerfile")).toContain(`FROM node:${read(".node-version").trim()}-`);
  });
});

describe("the compose files", () => {
  test("fit the specification's schema and a linter's rules", () => {
    const linter = new DCLinter({
      rules: {
        // Ours stand in the order in which they are read: what runs, with what, where its data is, its limits.
        "service-keys-order": 0,
        "services-alphabetical-order": 0,
        "top-level-properties-order": 0,
        // The interface is a variable's default; the next test but one looks at it.
        "no-unbound-port-interfaces": 0,
        // An override has the name of the file that it goes over.
        "require-project-name-field": 0,
        "require-quotes-in-ports": [2, { quoteType: "double" }],
      },
      quiet: false,
      debug: false,
      exclude: [],
    });
    const found: { messages: object[] }[] = linter.lintFiles(
      COMPOSE_FILES.map((path) => join(root, path)),
      false,
    );
    expect(found.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test.for(Object.keys(SECRETS))("stop without %s and say so", (name, ctx) => {
    const { code, output } = compose(ctx, ["config"], { ...SECRETS, [name]: "" });
    expect(code).not.toBe(0);
    expect(output).toMatch(new RegExp(`required variable ${name} is missing a value: put .* into \\.env`));
  });

  test("publish the server on loopback, and the database nowhere", (ctx) => {
    const services = composed(ctx, []);
    expect(services["api"]?.ports).toMatchObject([{ host_ip: "127.0.0.1", target: 8080, published: "8080" }]);
    expect(services["postgres"]?.ports).toBeUndefined();
    expect(Object.keys(services["postgres"]?.networks ?? {})).toEqual(["db"]);
  });

  test("open the database on loopback for studio, with the override alone", (ctx) => {
    const services = composed(ctx, ["--file", "docker-compose.yml", "--file", "deploy/compose.studio.yml"]);
    expect(services["postgres"]?.ports).toMatchObject([{ host_ip: "127.0.0.1", published: "5432" }]);
  });

  test("take every right from every container, and limit its memory, processes and log", (ctx) => {
    const services = Object.values(composed(ctx, ["--profile", "*"]));
    expect(services).toHaveLength(4);
    for (const service of services) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        mem_limit: expect.any(String),
        pids_limit: expect.any(Number),
        logging: { driver: "local" },
        restart: "unless-stopped",
      });
    }
  });

  test("give the server what .env sets, except what the containers depend on", (ctx) => {
    const environment = composed(ctx, [])["api"]?.environment ?? {};
    expect(environment).toMatchObject({ HOST: "0.0.0.0", POSTGRES_HOST: "postgres", DATABASE_URL: "" });
    const known = new Set<string>(CONFIG_VARIABLES.map(({ name }) => name));
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual(["NODE_OPTIONS"]);
  });

  test("read no variable that docs/raspberry-pi.md does not explain", () => {
    const variables = COMPOSE_FILES.flatMap((path) =>
      [...read(path).matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name),
    );
    const explained = [...read("docs/raspberry-pi.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect([...new Set(variables)].sort()).toEqual(explained.sort());
  });
});

test("shellcheck finds nothing in the shell scripts", (ctx) => {
  const shellcheck = findTool("shellcheck");
  if (shellcheck === null) return ctx.skip("shellcheck is not installed");
  const scripts = globSync(["deploy/*.sh", ".ci/*"], { cwd: root });
  expect(scripts.length).toBeGreaterThanOrEqual(5);
  const { stdout } = spawnSync(shellcheck, scripts, { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
});

interface Service {
  readonly ports?: object[];
  readonly networks?: object;
  readonly environment?: Record<string, string>;
}

type Context = { skip(reason: string): never };

/** The real docker-compose, which reads a file without any engine; with these variables and no `.env`. */
function compose(ctx: Context, args: readonly string[], env: Record<string, string>) {
  const program = findTool("docker-compose");
  if (program === null) return ctx.skip("docker-compose is not installed; `.ci/provision-postgres start` unpacks it");
  const { status, stdout, stderr } = spawnSync(
    program,
    ["--project-directory", root, "--env-file", "/dev/null", ...args],
    { cwd: root, env: { HOME: tmpdir(), ...env }, encoding: "utf8" },
  );
  return { code: status, output: `${stdout}${stderr}` };
}

function composed(ctx: Context, files: readonly string[]): Record<string, Service> {
  const { code, output } = compose(ctx, [...files, "config", "--format", "json"], SECRETS);
  expect(code, output).toBe(0);
  return JSON.parse(output).services;
}
