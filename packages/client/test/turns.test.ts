import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { createClient, type GenerateInput, type KeepsakeClient } from "../src/index.ts";
import { type FaultyProxy, startFaultyProxy } from "./_faulty-proxy.ts";

let server: TestServer;
let proxy: FaultyProxy;
let keepsake: KeepsakeClient;
let users = 0;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startFaultyProxy(server.url);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  users += 1;
  proxy.calls.length = 0;
  keepsake = createClient({ url: proxy.url, userId: `user-${users}`, turnTimeoutMs: 10_000 });
});
afterEach(() => {
  proxy.setFault(null);
  keepsake.close();
});

/** What was said in a session, as `role: content`. */
async function historyOf(sessionId: string): Promise<string[]> {
  const { items } = await server.clientOf(`user-${users}`).conversation.history.query({ sessionId });
  return items.map(({ role, content }) => `${role}: ${content}`);
}

async function* words(text: string): AsyncGenerator<string> {
  for (const word of text.match(/\s*\S+/g) ?? []) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield word;
  }
}

async function piecesOf(stream: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

const procedures = () => proxy.calls.map(({ procedure }) => procedure);

describe("a turn", () => {
  test("gives the answer and keeps both sides of it", async () => {
    const given: GenerateInput[] = [];
    const turn = await keepsake.turn({ sessionId: "kitchen", text: "Who has the key?", language: "en" }, (input) => {
      given.push(input);
      return `You said: ${input.text}`;
    });
    expect(turn).toMatchObject({
      text: "You said: Who has the key?",
      cached: null,
      degraded: ["embeddings"],
      failure: null,
    });
    expect(turn).toMatchObject({ shared: false, aborted: false });
    expect(await turn.saved).toBe("saved");
    expect(given).toMatchObject([
      { text: "Who has the key?", degraded: ["embeddings"], context: { system: expect.any(String) } },
    ]);
    expect(await historyOf("kitchen")).toEqual(["user: Who has the key?", "assistant: You said: Who has the key?"]);
    const { items } = await server.clientOf(`user-${users}`).conversation.history.query({ sessionId: "kitchen" });
    expect(new Set(items.map(({ interactionId }) => interactionId))).toEqual(new Set([turn.interactionId]));
    expect(given[0]?.interactionId).toBe(turn.interactionId);
    expect(procedures()).toEqual(["conversation.begin", "conversation.complete"]);
  });

  test("keeps what it is told about question and answer", async () => {
    const interactionId = "conv_123";
    const turn = await keepsake.turn(
      {
        sessionId: "s",
        text: "Zapal światło",
        language: "pl",
        intent: "turn_on",
        interactionId,
        metadata: { room: "hall" },
      },
      () => "Zapalone.",
      { metadata: { model: "llama3.2" } },
    );
    await turn.saved;
    const { items } = await server.clientOf(`user-${users}`).conversation.history.query({ sessionId: "s" });
    expect(items).toMatchObject([
      { interactionId, language: "pl", intent: "turn_on", metadata: { room: "hall" } },
      { interactionId, metadata: { model: "llama3.2" } },
    ]);
  });

  test("takes an answer in whatever form the model gives it", async () => {
    const forms = {
      text: () => "one two",
      promise: async () => "one two",
      pieces: () => words("one two"),
      "promise of pieces": async () => words("one two"),
      "web stream": () => ReadableStream.from(["one", " ", "two"]),
      "web stream that cannot be iterated": () => {
        const stream = ReadableStream.from(["one", " ", "two"]);
        return { getReader: () => stream.getReader() };
      },
    };
    for (const [form, generate] of Object.entries(forms)) {
      const turn = await keepsake.turn({ sessionId: form, text: "Count!" }, generate);
      expect(turn.text, form).toBe("one two");
      expect(await turn.saved).toBe("saved");
      expect(await historyOf(form)).toEqual(["user: Count!", "assistant: one two"]);
    }
  });

  test("says when the model gives no text", async () => {
    for (const nothing of [
      undefined,
      null,
      42,
      { text: "no" },
      (async function* () {
        yield 42;
      })(),
    ]) {
      const turn = keepsake.turn({ sessionId: "s", text: "Hello" }, () => nothing as unknown as string);
      await expect(turn).rejects.toThrow("generate must give text");
    }
  });

  test("without words in the answer keeps the question alone", async () => {
    for (const empty of ["", " \n", String.fromCharCode(0)]) {
      const turn = await keepsake.turn({ sessionId: "s", text: "Hello" }, () => empty);
      expect(turn.text).toBe(empty);
      expect(await turn.saved).toBe("saved");
    }
    expect(await historyOf("s")).toEqual(["user: Hello", "user: Hello", "user: Hello"]);
  });

  test("keeps what cannot be stored as it is as far as it can", async () => {
    const half = "\ud83d";
    const long = `${"a".repeat(32_767)}💡${"b".repeat(9)}`;
    const odd = await keepsake.turn(
      { sessionId: "odd", text: `Say${String.fromCharCode(0)} it${half}` },
      () => `a${half}b`,
    );
    expect(odd.text).toBe(`a${half}b`);
    expect(await odd.saved).toBe("saved");
    expect(await historyOf("odd")).toEqual(["user: Say it\ufffd", "assistant: a\ufffdb"]);
    const endless = await keepsake.turn({ sessionId: "long", text: "Talk!" }, () => long, { cacheable: true });
    expect(endless.text).toBe(long);
    expect(await endless.saved).toBe("saved");
    expect(await historyOf("long")).toEqual(["user: Talk!", `assistant: ${"a".repeat(32_767)}`]);
    expect(proxy.calls.at(-1)?.input).toMatchObject({ cacheable: false });
  });

  test("of a session waits until the one before is kept", async () => {
    proxy.setFault({ kind: "slow", ms: 300, to: ["conversation.complete"], times: 1 });
    await keepsake.turn({ sessionId: "s", text: "one" }, () => "1");
    const second = await keepsake.turn({ sessionId: "s", text: "two" }, () => "2");
    await second.saved;
    expect(await historyOf("s")).toEqual(["user: one", "assistant: 1", "user: two", "assistant: 2"]);
  });

  test("says to Keepsake what may be cached", async () => {
    let asked = 0;
    const cacheableIn = async (cacheable?: boolean | ((answer: string) => boolean)) => {
      asked += 1;
      const turn = await keepsake.turn({ sessionId: "s", text: `Question ${asked}` }, () => "Hi", {
        ...(cacheable !== undefined && { cacheable }),
      });
      await turn.saved;
      return proxy.calls.at(-1)?.input["cacheable"];
    };
    expect(await cacheableIn()).toBe(false);
    expect(await cacheableIn(true)).toBe(true);
    expect(await cacheableIn((answer) => answer === "Hi")).toBe(true);
    expect(await cacheableIn((answer) => answer !== "Hi")).toBe(false);
    const broken = () => {
      throw new Error("a mistake of the gateway");
    };
    expect(await cacheableIn(broken)).toBe(false);
  });
});

describe("a streamed turn", () => {
  test("passes the pieces on while they come", async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stream = keepsake.turn.stream({ sessionId: "s", text: "Count!" }, async function* () {
      yield "one";
      yield "";
      await released;
      yield " two";
    });
    const pieces: string[] = [];
    for await (const piece of stream) {
      pieces.push(piece);
      release();
    }
    expect(pieces).toEqual(["one", " two"]);
    const turn = await stream.turn;
    expect(turn).toMatchObject({ text: "one two", aborted: false });
    expect(await turn.saved).toBe("saved");
    expect(await historyOf("s")).toEqual(["user: Count!", "assistant: one two"]);
  });

  test("needs no reader, and waits for a late one", async () => {
    const stream = keepsake.turn.stream({ sessionId: "s", text: "Count!" }, () => words("one two three"));
    expect((await stream.turn).text).toBe("one two three");
    const pieces = await piecesOf(stream);
    expect(pieces.join("")).toBe("one two three");
  });

  test("is given up by leaving the loop, and keeps what was read", async () => {
    let isStopped = false;
    const stream = keepsake.turn.stream({ sessionId: "s", text: "Count!" }, async function* ({ signal }) {
      try {
        for (let number = 1; !signal.aborted; number++) {
          yield `${number} `;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        isStopped = true;
      }
    });
    let read = "";
    for await (const piece of stream) {
      read += piece;
      if (read.length > 3) break;
    }
    const turn = await stream.turn;
    expect(turn).toMatchObject({ text: read, aborted: true });
    expect(await turn.saved).toBe("saved");
    expect(isStopped).toBe(true);
    const { items } = await server.clientOf(`user-${users}`).conversation.history.query({ sessionId: "s" });
    expect(items).toMatchObject([{ content: "Count!" }, { content: read, metadata: { aborted: true } }]);
    expect(proxy.calls.at(-1)?.input).toMatchObject({ cacheable: false });
  });

  test("ends with the model's own failure, and keeps what was read", async () => {
    const failure = new Error("out of memory");
    const stream = keepsake.turn.stream({ sessionId: "s", text: "Count!" }, async function* () {
      yield "one";
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw failure;
    });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of stream) pieces.push(piece);
    })();
    await expect(reading).rejects.toBe(failure);
    await expect(stream.turn).rejects.toBe(failure);
    expect(pieces).toEqual(["one"]);
    await keepsake.flush(5_000);
    expect(await historyOf("s")).toEqual(["user: Count!", "assistant: one"]);
  });
});

describe("a failing model", () => {
  test("leaves the question in the history, no answer, and its own error to the caller", async () => {
    const failure = new Error("the model is gone");
    for (const generate of [
      () => Promise.reject(failure),
      () => {
        throw failure;
      },
      async function* () {
        yield "half an";
        throw failure;
      },
    ]) {
      await expect(keepsake.turn({ sessionId: "s", text: "Hello" }, generate, { cacheable: true })).rejects.toBe(
        failure,
      );
    }
    await keepsake.flush(5_000);
    expect(await historyOf("s")).toEqual(["user: Hello", "user: Hello", "user: Hello"]);
    expect(procedures()).not.toContain("conversation.complete");
  });
});

describe("a caller who gives up", () => {
  test("before the turn is told so, and nothing is kept", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(keepsake.turn({ sessionId: "s", text: "Hello" }, () => "Hi", { signal })).rejects.toThrow("enough");
    expect(proxy.calls).toEqual([]);
  });

  test("while Keepsake is asked is told so at once, and the question is kept", async () => {
    proxy.setFault({ kind: "silent", times: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    let isAsked = false;
    const generate = () => {
      isAsked = true;
      return "Hi";
    };
    const turn = keepsake.turn({ sessionId: "s", text: "Hello" }, generate, { signal });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(turn).rejects.toThrow("enough");
    expect(isAsked).toBe(false);
    expect(await keepsake.flush(10_000)).toBe(0);
    expect(await historyOf("s")).toEqual(["user: Hello"]);
  });

  test("while the model answers stops the model too, also one that does not listen", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let given: AbortSignal | undefined;
    const turn = keepsake.turn(
      { sessionId: "s", text: "Hello" },
      (input) => {
        given = input.signal;
        setTimeout(() => controller.abort(new Error("enough")), 20);
        return new Promise<string>(() => {});
      },
      { signal },
    );
    await expect(turn).rejects.toThrow("enough");
    expect(given?.aborted).toBe(true);
    await keepsake.flush(5_000);
    expect(await historyOf("s")).toEqual(["user: Hello"]);
  });

  test("of a stream keeps what was read of it", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const stream = keepsake.turn.stream(
      { sessionId: "s", text: "Hello" },
      async function* () {
        yield "Hi";
        await new Promise(() => {});
      },
      { signal },
    );
    const reading = (async () => {
      for await (const _piece of stream) controller.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
    await expect(stream.turn).rejects.toThrow("enough");
    await keepsake.flush(5_000);
    expect(await historyOf("s")).toEqual(["user: Hello", "assistant: Hi"]);
  });
});

describe("an answer of before", () => {
  test("is given without asking the model, in one piece, and kept like any other", async () => {
    const question = { sessionId: "s", text: "What is the capital of France?" };
    const first = await keepsake.turn(question, () => "Paris.", { cacheable: true });
    expect(await first.saved).toBe("saved");
    const generate = () => {
      throw new Error("the model was asked");
    };
    const turn = await keepsake.turn(question, generate);
    expect(turn).toMatchObject({ text: "Paris.", cached: { match: "exact", because: expect.any(String) } });
    expect(await turn.saved).toBe("saved");
    const stream = keepsake.turn.stream(question, generate);
    expect(await piecesOf(stream)).toEqual(["Paris."]);
    expect((await stream.turn).cached).not.toBeNull();
    expect(procedures()).toEqual(["begin", "complete", "begin", "begin"].map((name) => `conversation.${name}`));
    const once = [`user: ${question.text}`, "assistant: Paris."];
    expect(await historyOf("s")).toEqual([...once, ...once, ...once]);
  });
});

describe("equal questions at once", () => {
  const ask = (text: string, generate: () => Promise<string>, cacheable = true, sessionId = "s") =>
    keepsake.turn({ sessionId, text, joinMs: 20_000 }, generate, { cacheable });
  const slowly = async (answer: string): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return answer;
  };

  test("reach the model once, and each is kept", async () => {
    let asked = 0;
    const generate = () => {
      asked += 1;
      return slowly("Paris.");
    };
    const texts = ["Capital of France?", "capital of  france", " Capital of France ?"];
    const turns = await Promise.all(texts.map((text, number) => ask(text, generate, true, `s${number}`)));
    expect(asked).toBe(1);
    expect(turns.map(({ text, shared }) => [text, shared])).toEqual([
      ["Paris.", false],
      ["Paris.", true],
      ["Paris.", true],
    ]);
    expect(new Set(turns.map(({ interactionId }) => interactionId)).size).toBe(3);
    await Promise.all(turns.map(({ saved }) => saved));
    for (const [number, text] of texts.entries()) {
      expect(await historyOf(`s${number}`)).toEqual([`user: ${text}`, "assistant: Paris."]);
    }
    const begins = proxy.calls.filter(({ procedure }) => procedure === "conversation.begin");
    expect(begins.map(({ input }) => input["joinMs"])).toEqual([20_000, 0, 0]);
  });

  test("are asked again by the next one when the first fails", async () => {
    let asked = 0;
    const generate = async () => {
      asked += 1;
      const isFirst = asked === 1;
      const answer = await slowly("Paris.");
      if (isFirst) throw new Error("out of memory");
      return answer;
    };
    const turns = await Promise.allSettled([1, 2, 3].map(() => ask("Capital of France?", generate)));
    expect(turns.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(asked).toBe(2);
  });

  test("are each answered when the answer may not be given again", async () => {
    let asked = 0;
    const generate = () => slowly(`Answer ${++asked}`);
    await Promise.all([1, 2].map(() => ask("What time is it?", generate, false)));
    expect(asked).toBe(2);
    const judge = { cacheable: () => false };
    await Promise.all([1, 2].map(() => keepsake.turn({ sessionId: "s", text: "What time is it?" }, generate, judge)));
    expect(asked).toBe(4);
  });

  test("are different questions in another language, with another number or sign", async () => {
    let asked = 0;
    const generate = () => slowly(`Answer ${++asked}`);
    const different = [
      "Is it 21 degrees?",
      "Is it 22 degrees?",
      "Is it -21 degrees?",
      "Is 5 a number?",
      "Is 5! a number?",
    ];
    await Promise.all(different.map((text) => ask(text, generate)));
    await Promise.all(
      ["en", "pl"].map((language) =>
        keepsake.turn({ sessionId: "s", text: "No", language }, generate, { cacheable: true }),
      ),
    );
    expect(asked).toBe(7);
  });
});
