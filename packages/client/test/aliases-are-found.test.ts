import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { aliasCandidates, resolveAlias, typedPreferences, wellKnownPreferences } from "../src/index.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function clientWith(userId: string, aliases: Record<string, string>) {
  const client = server.clientOf(userId);
  const preferences = typedPreferences(client, wellKnownPreferences);
  for (const [name, entity_id] of Object.entries(aliases)) await preferences.set(`entity_alias.${name}`, { entity_id });
  return client;
}

describe("an alias", () => {
  test("is found by what its user says, as soon as it is set and as long as it is there", async () => {
    const ola = await clientWith("ola", { my_office: "light.office_main", kuchnia: "light.kitchen" });
    const found = { key: "entity_alias.my_office", entityId: "light.office_main", match: "exact" };
    expect(await resolveAlias(ola, "My Office")).toEqual(found);
    expect(await resolveAlias(ola, "w kuchni")).toBeNull();
    expect(await resolveAlias(ola, "kuchni")).toMatchObject({ entityId: "light.kitchen", match: "inflection" });
    expect(await resolveAlias(server.clientOf("jan"), "my office")).toBeNull();
    await ola.preferences.delete.mutate({ key: "entity_alias.my_office" });
    expect(await resolveAlias(ola, "my office")).toBeNull();
  });

  test("that is one of several as near is asked back, not guessed", async () => {
    const client = await clientWith("several", { lampa: "light.floor", lampy: "light.all", hall: "light.hall" });
    expect(await resolveAlias(client, "lampie")).toBeNull();
    expect((await aliasCandidates(client, "lampie")).map(({ entityId }) => entityId)).toEqual([
      "light.floor",
      "light.all",
    ]);
    expect(await aliasCandidates(client, "wall")).toEqual([]);
  });

  test("is found among hundreds, and what is none is passed over", async () => {
    const client = server.clientOf("hundreds");
    const set = (key: string, value: string | { entity_id: string }) => client.preferences.set.mutate({ key, value });
    for (let first = 0; first < 250; first += 10) {
      const ten = Array.from({ length: 10 }, (_, at) => first + at);
      await Promise.all(ten.map((lamp) => set(`entity_alias.lamp ${lamp}`, { entity_id: `light.l${lamp}` })));
    }
    await set("entity_alias.broken lamp", "light.broken");
    await set("entity_aliases.other lamp", { entity_id: "light.other" });
    expect(await resolveAlias(client, "lamp 99")).toMatchObject({ entityId: "light.l99" });
    expect(await resolveAlias(client, "Lamp-7")).toMatchObject({ entityId: "light.l7" });
    for (const name of ["lamp 250", "broken lamp", "other lamp", "lamp"]) {
      expect(await resolveAlias(client, name), name).toBeNull();
    }
  });
});
