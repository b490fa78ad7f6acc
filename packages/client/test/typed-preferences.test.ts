import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import {
  errorReason,
  PreferenceMismatchError,
  type PreferenceSchemas,
  typedPreferences,
  wellKnownPreferences,
} from "../src/index.ts";

const schemas = {
  ...wellKnownPreferences,
  "user.coffee": z.object({ kind: z.enum(["black", "white"]), sugars: z.int().min(0).default(0) }),
  "user.birthday": z.iso.date().transform((text) => new Date(text)),
  "room_temperature.*": z.object({ celsius: z.number().min(5).max(30) }),
  "room_temperature.hall": z.literal("off"),
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const preferencesOf = (userId: string) => typedPreferences(server.clientOf(userId), schemas);
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );
/** Checked by the compiler, never called. */
const compiled = (_calls: () => unknown): void => {};

describe("a typed preference", () => {
  test("is set, read and deleted under a well-known key and a project's own", async () => {
    const preferences = preferencesOf("own");
    expect(await preferences.get("user.wake_time")).toBeNull();
    expect(await preferences.set("user.wake_time", { time: "07:00" })).toEqual({ applied: true, version: 1 });
    expect(await preferences.get("user.wake_time")).toEqual({ time: "07:00" });
    await preferences.set("user.coffee", { kind: "black" });
    expect(await preferences.get("user.coffee")).toEqual({ kind: "black", sugars: 0 });
    await preferences.set("room_temperature.łazienka", { celsius: 22.5 });
    expect(await preferences.get("room_temperature.łazienka")).toEqual({ celsius: 22.5 });
    await preferences.set("room_temperature.hall", "off");
    expect(await preferences.get("room_temperature.hall")).toBe("off");
    expect(await preferences.delete("user.coffee")).toBe(true);
    expect(await preferences.delete("user.coffee")).toBe(false);
    expect(await preferences.get("user.coffee")).toBeNull();
  });

  test("is stored as it was given, and read through its schema", async () => {
    await preferencesOf("transformed").set("user.birthday", "1985-05-06");
    const { value } = await server.clientOf("transformed").preferences.get.query({ key: "user.birthday" });
    expect(value).toBe("1985-05-06");
    expect(await preferencesOf("transformed").get("user.birthday")).toEqual(new Date("1985-05-06"));
  });

  test("keeps fields that its schema does not know", async () => {
    const preferences = preferencesOf("fields");
    const alias = { entity_id: "light.office_main", name: "Biuro" };
    await preferences.set("entity_alias.biuro", alias, { category: "aliases" });
    expect(await preferences.get("entity_alias.biuro")).toEqual(alias);
    const { items } = await server.clientOf("fields").preferences.list.query({ category: "aliases" });
    expect(items.map(({ value }) => value)).toEqual([alias]);
  });

  test("that was learned stands back, and says so", async () => {
    const preferences = preferencesOf("learned");
    await preferences.set("user.wake_time", { time: "07:00" });
    const learned = { origin: "learned", confidence: 0.9 } as const;
    expect(await preferences.set("user.wake_time", { time: "06:00" }, learned)).toEqual({ applied: false, version: 1 });
    const stale = preferences.set("user.wake_time", { time: "06:00" }, { expectedVersion: 0 });
    expect(errorReason(await failureOf(stale))).toBe("VERSION_CONFLICT");
  });
});

describe("a value that does not fit", () => {
  test.each([
    ["user.wake_time", { time: "24:00" }, "time", '"07:00"'],
    ["user.wake_time", { time: "7:00" }, "time", '"07:00"'],
    ["user.wake_time", "07:00", "time", '"07:00"'],
    ["user.preferred_language", { language: "polski!" }, "language", "language tag"],
    ["entity_alias.lamp", { entity_id: " " }, "entity_id", "must name an entity"],
    ["entity_alias.lamp", null, "entity_id", "must name an entity"],
    ["room_temperature.attic", { celsius: 90 }, "celsius", "30"],
  ] as const)("for %s (%j) is refused before it is sent", async (key, value, path, message) => {
    const error = await failureOf(preferencesOf("misfit").set(key, value as never));
    expect(error).toBeInstanceOf(PreferenceMismatchError);
    expect(error).toMatchObject({ key, issues: [{ path }], message: expect.stringContaining(message) });
    expect(await server.clientOf("misfit").preferences.list.query()).toMatchObject({ items: [] });
  });

  test("and is stored already is an error with its key, not an absent preference", async () => {
    await server.clientOf("stored").preferences.set.mutate({ key: "user.coffee", value: { kind: "green" } });
    const error = await failureOf(preferencesOf("stored").get("user.coffee"));
    expect(error).toBeInstanceOf(PreferenceMismatchError);
    expect(error).toMatchObject({ key: "user.coffee", issues: [{ path: "kind" }] });
    expect(String(error)).toContain('The value stored under "user.coffee" does not fit its schema: kind: ');
  });
});

describe("schemas", () => {
  const any = z.unknown();
  const make = (own: PreferenceSchemas) => () => typedPreferences(server.client, own);

  test("with a * inside of a key, or with two patterns for one key, are refused", () => {
    expect(make({ "room.*.light": any })).toThrow('"room.*.light": a * may stand at the end of a key only.');
    expect(make({ "room.*": any, "room.hall.*": any })).toThrow("One key could fit");
    expect(make({ "room.*": any, "rooms.*": any, "*": any })).toThrow("One key could fit");
    expect(make({ "room.*": any, "rooms.*": any, "room.hall": any })).not.toThrow();
  });

  test("are asked for every key, one of a program without types too", async () => {
    const untyped = preferencesOf("untyped") as unknown as Record<string, (key: string) => Promise<unknown>>;
    for (const key of ["user.tea", "room_temperature.", "*", "toString"]) {
      expect(await failureOf(untyped["get"]?.(key) ?? Promise.resolve()), key).toBeInstanceOf(TypeError);
    }
  });
});

describe("the types of preferences", () => {
  const preferences = null as unknown as ReturnType<typeof preferencesOf>;

  test("know the value of every key", () => {
    compiled(async () => {
      const wake = await preferences.get("user.wake_time");
      expectTypeOf(wake).toEqualTypeOf<{ time: string } | null>();
      const coffee = await preferences.get("user.coffee");
      expectTypeOf(coffee).toEqualTypeOf<{ kind: "black" | "white"; sugars: number } | null>();
      const birthday = await preferences.get("user.birthday");
      expectTypeOf(birthday).toEqualTypeOf<Date | null>();
      const room = "attic" as string;
      const attic = await preferences.get(`room_temperature.${room}`);
      expectTypeOf(attic).toEqualTypeOf<{ celsius: number } | null>();
      const hall = await preferences.get("room_temperature.hall");
      expectTypeOf(hall).toEqualTypeOf<"off" | null>();
      const alias = await preferences.get("entity_alias.my_office");
      expectTypeOf(alias).toEqualTypeOf<{ entity_id: string } | null>();
    });
  });

  test("refuse strange keys and values", () => {
    // @ts-expect-error there is no such key
    compiled(() => preferences.get("user.wake_tim"));
    // @ts-expect-error there is no such key
    compiled(() => preferences.delete("room_humidity.hall"));
    // @ts-expect-error time is text
    compiled(() => preferences.set("user.wake_time", { time: 7 }));
    // @ts-expect-error there is no such kind
    compiled(() => preferences.set("user.coffee", { kind: "green" }));
    // @ts-expect-error the hall has a schema of its own
    compiled(() => preferences.set("room_temperature.hall", { celsius: 20 }));
    // @ts-expect-error a birthday is given as text
    compiled(() => preferences.set("user.birthday", new Date()));
    // @ts-expect-error a part may not fit the schema
    compiled(() => preferences.set("user.coffee", { kind: "black" }, { mode: "merge" }));
    compiled(() => preferences.set("user.coffee", { kind: "black" }, { category: null, expectedVersion: 0 }));
  });
});
