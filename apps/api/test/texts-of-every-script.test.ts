import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

/** Scripts in use, by their names in Unicode, and some that are not any more. */
const SCRIPTS =
  "Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bopomofo Braille Buginese Canadian_Aboriginal Carian Cham Cherokee Coptic Cuneiform Cyrillic Deseret Devanagari Egyptian_Hieroglyphs Ethiopic Georgian Glagolitic Gothic Greek Gujarati Gurmukhi Han Hangul Hanunoo Hebrew Hiragana Javanese Kannada Katakana Kayah_Li Khmer Lao Latin Lepcha Limbu Lisu Malayalam Mandaic Meetei_Mayek Mongolian Myanmar New_Tai_Lue Nko Ogham Ol_Chiki Old_Italic Oriya Osage Osmanya Phoenician Runic Samaritan Sinhala Sundanese Syloti_Nagri Syriac Tagalog Tai_Le Tai_Tham Tamil Telugu Thaana Thai Tibetan Tifinagh Ugaritic Vai Yi".split(
    " ",
  );

/** Three words of a script's letters, with a plain number that tells it from the others. */
function wordsOf(script: string): string {
  const isLetter = new RegExp(`^[\\p{Script=${script}}]$`, "u");
  const isCounted = /^[\p{L}\p{M}\p{So}\p{Nl}\p{Lo}]$/u;
  const letters: string[] = [];
  for (let at = 0x20; at < 0x1f000 && letters.length < 60; at += 1) {
    const letter = String.fromCodePoint(at);
    if (isLetter.test(letter) && isCounted.test(letter)) letters.push(letter);
  }
  const word = (from: number) => letters.slice(from, from + 6).join("");
  return `${word(0)} ${word(20)} ${word(40)}`.trim();
}

const SENTENCES: readonly string[] = [
  "Zażółć gęślą jaźń",
  "Příliš žluťoučký kůň úpěl ďábelské ódy",
  "Árvíztűrő tükörfúrógép",
  "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg",
  "Voix ambiguë d’un cœur qui préfère les jattes de kiwis",
  "Съешь же ещё этих мягких французских булок",
  "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
  "ფასდაუდებელი სიკეთე",
  "דג סקרן שט בים מאוכזב ולפתע מצא חברה",
  "نص حكيم له سر قاطع وذو شأن عظيم",
  "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा",
  "色は匂へど散りぬるを",
  "いろはにほへと ちりぬるを",
  "키스의 고유조건은 입술끼리 만나야 하고",
  "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
  "Do bạch kim rất quý nên sẽ dùng để lắp vô xương",
];

const STRANGE: readonly [what: string, text: string][] = [
  ["an emoji of several", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇵🇱 family"],
  ["a text from right to left among others", "abc \u202eשלום\u202c def مرحبا 123"],
  ["signs without width", "zero\u200bwidth\u200djoiner\u200cnon\ufeffbreak\u2060word"],
  ["marks on marks", `Z${"\u0334\u0320\u0346".repeat(50)}algo`],
  ["a decomposed letter beside a composed one", "e\u0301 é n\u0303 ñ \u212b Å"],
  ["letters that change their length with their case", "İstanbul ıssız straße ŉ ǰ"],
  ["code points that nobody has assigned", "plane \u{e0001}\u{f0000}\u{10ffff} \ufdd0 \ufffe\uffff end"],
  ["control characters", "bell\u0007 escape\u001b[31m delete\u007f next\u0085line"],
  ["white space of every kind", "tab\tline\nreturn\rthin\u2009no-break\u00a0wide\u3000separator\u2028\u2029end"],
  ["what means something to SQL", "Robert'); DROP TABLE knowledge;-- \\ $$ %_ $1 ?"],
  ["what means something to full text search", "a & b | !c <-> (d:* 'e':1A"],
  ["a replacement character", "not \ufffd broken"],
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ...SCRIPTS.map((script) => [script, wordsOf(script)] as const),
  ...SENTENCES.map((text) => [text.slice(0, 20), text] as const),
  ...STRANGE,
];

const AT_ONCE = 8;

/** Keeps a text wherever one can be kept, and reads it. */
async function keepAndRead([what, text]: readonly [what: string, text: string]): Promise<void> {
  const { memory, conversation, preferences, cache, training } = server.client;
  // No key may have a backslash.
  const metadata = { [text.replaceAll("\\", "/")]: text };
  const added = await memory.add.mutate({ content: text, metadata, source: text.slice(0, 200) });
  expect(await memory.get.query({ id: added.id }), what).toMatchObject({ content: text, metadata });
  const sessionId = `session ${what}`;
  await conversation.append.mutate({ sessionId, role: "user", content: text, metadata });
  expect((await conversation.history.query({ sessionId })).items, what).toMatchObject([{ content: text, metadata }]);
  const key = `text.${what.replace(/\s+/g, " ").trim()}`;
  await preferences.set.mutate({ key, value: metadata });
  expect((await preferences.get.query({ key })).value, what).toEqual(metadata);
  await cache.store.mutate({ text: `when is ${what}`, response: text, metadata });
  expect(await cache.lookup.mutate({ text: `when is ${what}` }), what).toMatchObject({ hit: true, response: text });
  const example = await training.add.mutate({ inputText: text, outputText: text, metadata });
  expect(await training.get.query({ id: example.id }), what).toMatchObject({ inputText: text, metadata });
}

describe("every text is kept as it is", () => {
  test("in a memory, a message, a preference, an answer and an example, in metadata and in keys", async () => {
    for (let at = 0; at < TEXTS.length; at += AT_ONCE)
      await Promise.all(TEXTS.slice(at, at + AT_ONCE).map(keepAndRead));
  }, 300_000);

  test("and is found by its words, each in its own script", async () => {
    const missing: string[] = [];
    for (const [what, text] of TEXTS) {
      const words = text.match(/[\p{L}\p{M}\p{N}]{2,}/gu) ?? [];
      if (words.length === 0) continue;
      const { hits } = await server.client.memory.search.query({ query: text, mode: "keyword", limit: 20 });
      if (!hits.some(({ content }) => content === text)) missing.push(what);
    }
    expect(missing).toEqual([]);
  }, 300_000);

  test("and means nothing to a list of keys: a % is a % and a _ is a _", async () => {
    const { preferences } = server.client;
    const keys = ["a%b", "a_b", "axb", "a\\b", "%", "_", "a.*", "A%b", "ab"];
    for (const key of keys) await preferences.set.mutate({ key: `like.${key}`, value: 1 });
    const listed = async (keyPrefix: string) =>
      (await preferences.list.query({ keyPrefix: `like.${keyPrefix}` })).items.map(({ key }) => key.slice(5));
    expect(await listed("a%")).toEqual(["a%b"]);
    expect(await listed("a_")).toEqual(["a_b"]);
    expect(await listed("a\\")).toEqual(["a\\b"]);
    expect(await listed("%")).toEqual(["%"]);
    expect(await listed("_")).toEqual(["_"]);
    expect(await listed("a.")).toEqual(["a.*"]);
  });
});

test("a memory of the longest length with no word twice is kept, and found by its last word", async () => {
  const words: string[] = [];
  for (let at = 0; words.join(" ").length < 32_700; at += 1) words.push(`w${at.toString(36)}`);
  const content = words.join(" ").slice(0, 32_768);
  const { id } = await server.client.memory.add.mutate({ content });
  const last = words.at(-2) ?? "";
  const { hits } = await server.client.memory.search.query({ query: last, mode: "keyword" });
  expect(hits.map((hit) => hit.id)).toContain(id);
});
