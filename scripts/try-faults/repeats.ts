import { randomUUID } from "node:crypto";
import { assertRefused, assertThat, type Trial } from "./trial.ts";

const PARALLEL = 50;

/** F22, F31, F32: the same call twice, and many at once. */
export const repeatTrials: readonly Trial[] = [
  {
    number: "F22",
    title: "a call is sent again with its key, as after a lost acknowledgement",
    async run(target) {
      const body = { content: `Said once ${randomUUID()}`, idempotencyKey: randomUUID() };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => target.ask<{ id: string }>("/memory/add", body)),
      );
      assertThat(new Set(answers.map(({ id }) => id)).size === 1, "one key made several memories");
      const changed = await target.send("/memory/add", { body: { ...body, content: "Said otherwise" } });
      assertRefused("the key with another input", changed, 409);
      return undefined;
    },
  },
  {
    number: "F31",
    title: "many ask for the same thing at once",
    async run(target) {
      const question = { text: `How high is Rysy, ${randomUUID()}?` };
      const ask = () => target.ask<{ hit: boolean }>("/cache/lookup", question);
      const before = await Promise.all(Array.from({ length: PARALLEL }, ask));
      assertThat(
        before.every(({ hit }) => !hit),
        "an answer came from nowhere",
      );
      await target.ask("/cache/store", { ...question, response: "2,501 metres." });
      const after = await Promise.all(Array.from({ length: PARALLEL }, ask));
      assertThat(
        after.every(({ hit }) => hit),
        "a kept answer was not given to everybody",
      );
      return undefined;
    },
  },
  {
    number: "F32",
    title: "many write the same preference at once",
    async run(target) {
      const key = `lamp_${randomUUID().replaceAll("-", "_")}`;
      const set = (value: number) => target.ask<{ version: number }>("/preferences/set", { key, value });
      const versions = await Promise.all(Array.from({ length: PARALLEL }, (_, value) => set(value)));
      const given = new Set(versions.map(({ version }) => version));
      assertThat(given.size === PARALLEL, `${PARALLEL} writes gave ${given.size} versions`);
      const { version } = await target.ask<{ version: number }>("/preferences/get", { key });
      assertThat(version === PARALLEL, `the last version is ${version}`);
      return undefined;
    },
  },
];
