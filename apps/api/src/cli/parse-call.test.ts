import { describe, expect, test } from "vitest";
import { type Command, defineCommand, UsageError } from "./command.ts";
import { parseLine } from "./parse-call.ts";

const run = async () => 0;
const commands: Command[] = [
  defineCommand({
    name: "export",
    summary: "writes",
    positionals: ["[FILE]"],
    options: {
      user: { type: "string", value: "ID", meaning: "of one user" },
      all: { type: "boolean", meaning: "of everybody" },
    },
    run,
  }),
  defineCommand({ name: "backup now", summary: "makes one", positionals: [], options: {}, run }),
  defineCommand({ name: "backup verify", summary: "checks one", positionals: ["FILE"], options: {}, run }),
];
const parse = (line: string) => parseLine(commands, line.split(" ").filter(Boolean));
const fault = (line: string) => {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return null;
};

describe("a command line", () => {
  test("gives a command its options and its arguments; what was not given is false or undefined", () => {
    expect(parse("export --user ola file.zst")).toMatchObject({
      command: { name: "export" },
      call: { values: { user: "ola", all: false }, positionals: ["file.zst"] },
    });
    expect(parse("backup verify latest")).toMatchObject({
      command: { name: "backup verify" },
      call: { positionals: ["latest"] },
    });
  });

  test("asks for help on everything, on the commands of a word, or on one", () => {
    for (const line of ["", "help", "--help", "-h"]) expect(parse(line)).toEqual({ type: "list", commands });
    for (const line of ["backup", "backup --help"]) {
      expect(parse(line)).toMatchObject({
        type: "list",
        commands: [{ name: "backup now" }, { name: "backup verify" }],
      });
    }
    expect(parse("backup now --help")).toMatchObject({ type: "help", command: { name: "backup now" } });
    expect(parse("export --unknown -h")).toMatchObject({ type: "help", command: { name: "export" } });
  });

  test("that is none is told in one sentence", () => {
    expect(fault("exprot")).toBe('There is no command "exprot": was export meant?');
    expect(fault("constructor")).toBe('There is no command "constructor": keepsake --help lists them.');
    expect(fault("backup never")).toBe("keepsake backup knows now, verify.");
    expect(fault("export --usr ola")).toBe("keepsake export: Unknown option '--usr'.");
    expect(fault("export --user")).toMatch(/^keepsake export: Option '--user <value>' argument missing\.$/);
    expect(fault("export --all=yes")).toMatch(/^keepsake export: Option '--all' does not take an argument\.$/);
    expect(fault("export one two")).toBe('keepsake export does not take "two".');
    expect(fault("backup verify")).toBe("keepsake backup verify needs FILE.");
  });
});
