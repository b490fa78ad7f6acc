import type { Answer, Target } from "./target.ts";
import { assertRefused, assertThat, type Trial } from "./trial.ts";

/** Without what differs from call to call. */
const told = ({ status, text }: Answer): string =>
  `${status} ${text.replace(/"requestId":"[^"]+"/, "").replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id")}`;

/** By id, in every slice that has ids. */
const BY_ID = [
  ["/memory/get", {}],
  ["/memory/update", { content: "mine now" }],
  ["/memory/forget", {}],
  ["/memory/restore", {}],
  ["/memory/history", {}],
  ["/training/get", {}],
  ["/training/update", { output: "mine now" }],
  ["/training/delete", {}],
  ["/cache/invalidate", {}],
] as const;

/** F61 to F65: other people's things, tokens, browsers. */
export const accessTrials: readonly Trial[] = [
  {
    number: "F61",
    title: "one user tries another's ids",
    async run(target) {
      const mine = await target.ask<{ id: string }>("/memory/add", { content: "The safe is behind the painting" });
      const missing = mine.id.replace(/.{4}$/, (end) => (end === "0000" ? "0001" : "0000"));
      for (const [path, body] of BY_ID) {
        const [theirs, none] = await Promise.all(
          [mine.id, missing].map((id) => target.send(path, { user: target.other, body: { id, ...body } })),
        );
        if (theirs && none)
          assertThat(told(theirs) === told(none), `${path} tells another's id from a missing one: ${told(theirs)}`);
      }
      const { hits } = await target.ask<{ hits: unknown[] }>(
        "/memory/search",
        { query: "safe painting" },
        target.other,
      );
      assertThat(hits.length === 0, "a search finds another user's memory");
      const { content } = await target.ask<{ content: string }>("/memory/get", { id: mine.id });
      assertThat(content.startsWith("The safe"), "another user changed a memory");
      return undefined;
    },
  },
  {
    number: "F62",
    title: "a user id is slipped into an input",
    async run(target) {
      for (const key of ["userId", "user_id", "user", "actor"]) {
        assertRefused(key, await target.send("/memory/add", { body: { content: "x", [key]: target.other } }), 400);
        assertRefused(key, await target.send("/memory/list", { body: { [key]: target.other } }), 400);
      }
      await target.ask("/memory/add", { content: "the user is in metadata", metadata: { userId: target.other } });
      const { items } = await target.ask<{ items: unknown[] }>("/memory/list", {}, target.other);
      assertThat(items.length === 0, "metadata moved a memory to another user");
      return undefined;
    },
  },
  {
    number: "F63",
    title: "a token is missing, malformed, wrong or enormous",
    async run(target) {
      if (target.token === null) return "this server asks for no token";
      const wrong = [
        "",
        "x",
        "ks_abcdefgh_wrong",
        `ks_${"a".repeat(8)}_${"b".repeat(43)}`,
        `${target.token}x`,
        "x".repeat(6_000),
      ];
      const answers = await Promise.all(
        [null, ...wrong].map((token) => target.send("/memory/stats", { token, body: {} })),
      );
      for (const answer of answers) assertRefused("a wrong token", answer, 401, 429);
      const huge = await target.send("/memory/stats", { token: "x".repeat(1_000_000), body: {} }).catch(() => null);
      assertThat(huge === null || huge.status >= 400, "a token of a megabyte is taken");
      return undefined;
    },
  },
  {
    number: "F64",
    title: "somebody acts for a user without the right to, or for nobody",
    async run(target) {
      for (const user of ["a b", "a/b", "x".repeat(129), "a,b", "'"]) {
        assertRefused(`user ${user.slice(0, 10)}`, await target.send("/memory/stats", { user, body: {} }), 400);
      }
      assertRefused("the server itself", await target.send("/memory/stats", { user: "$server", body: {} }), 400);
      const body = { label: "try-faults", role: "user" };
      const made = await target.send("/system/createToken", { body });
      if (made.status !== 200) return undefined;
      const { token, id } = made.json as { token: string; id: string };
      const foreign = await target.send("/memory/stats", { user: target.other, token, body: {} });
      assertRefused("a user's token for another user", foreign, 403);
      assertRefused("a user's token as an admin", await target.send("/system/users", { token, body: {} }), 403);
      await target.ask("/system/revokeToken", { id });
      return undefined;
    },
  },
  {
    number: "F65",
    title: "a web page calls the server",
    async run(target) {
      const body = { content: "from a page" };
      const types = [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
      ];
      for (const type of types) {
        assertRefused(type, await target.send("/memory/add", { body, headers: { "content-type": type } }), 415);
      }
      assertRefused("a change by GET", await target.send("/memory/add?content=x", { method: "GET" }), 405, 404);
      assertRefused("a change by GET", await target.send("/trpc/memory.add?input=%7B%7D", { method: "GET" }), 405);
      await assertPagesRefused(target);
      const { headers } = await target.send("/healthz", { method: "GET", headers: { origin: "https://evil.example" } });
      assertThat(headers["access-control-allow-origin"] === undefined, "CORS is open");
      return undefined;
    },
  },
];

/** A page's call carries no token; where none is asked for, Host and Origin are looked at instead. */
async function assertPagesRefused(target: Target): Promise<void> {
  const status = target.token === null ? 403 : 401;
  const pages = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { host: "evil.example" },
    { host: "127.0.0.1.evil.example" },
  ];
  for (const headers of pages) {
    const answer = await target.send("/memory/stats", { token: null, body: {}, headers });
    assertRefused(JSON.stringify(headers), answer, status, 429);
  }
}
