import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { PIECE_CHARS_MAX } from "./piece.ts";
import { splitDocument } from "./split-document.ts";

const words = (text: string) => text.split(/\s+/).filter(Boolean);

test("a page is split by its titles, which go with their pieces", () => {
  const page = "Before.\n\n# Dom\n\n## Kuchnia\n\nJeden.\n\nDwa.\n## Ogród ##\nTrzy.\n\n# Praca\n\nCztery.";
  deepEqual(splitDocument(page), [
    { context: "", text: "Before." },
    { context: "Dom › Kuchnia", text: "Jeden.\n\nDwa." },
    { context: "Dom › Ogród", text: "Trzy." },
    { context: "Praca", text: "Cztery." },
  ]);
});

test("a code block stays together, and its comments are no titles", () => {
  const page = "# Setup\r\n\r\n```sh\r\n# install\r\n\r\nnpm start\r\n```\r\n";
  deepEqual(splitDocument(page), [{ context: "Setup", text: "```sh\n# install\n\nnpm start\n```" }]);
});

test("a title that has nothing under it is kept", () => {
  deepEqual(splitDocument("# To do\n## Buy milk\n## Call Ola\n"), [
    { context: "To do", text: "Buy milk" },
    { context: "To do", text: "Call Ola" },
  ]);
});

test("no word is lost, whatever its length, and no character cut", () => {
  const sentence = "Zażółć gęślą jaźń, powiedział lis do 🦊 lisicy! ";
  const page = `# Długie\n\n${sentence.repeat(200)}\n\n${"bez-spacji-🦊".repeat(300)}\n\n${"wiersz\n".repeat(500)}`;
  const pieces = splitDocument(page);
  ok(pieces.every(({ text }) => text.length <= PIECE_CHARS_MAX && Buffer.from(text).toString() === text));
  const joined = pieces.map(({ text }) => text).join(" ");
  equal(words(joined).filter((word) => word === "gęślą").length, 200);
  equal(words(joined).filter((word) => word === "wiersz").length, 500);
  ok(joined.replace(/\s/g, "").includes("bez-spacji-🦊".repeat(300)));
});

test("pieces are large, not one a paragraph", () => {
  equal(splitDocument(Array(100).fill("A paragraph of some forty characters, say.").join("\n\n")).length, 5);
});
