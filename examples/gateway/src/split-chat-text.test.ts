import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { isChatText, splitChatText } from "./split-chat-text.ts";

test("a phone's export is told from other texts, notices in front or not", () => {
  equal(isChatText("23/11/2026, 18:02 - Messages are encrypted.\n23/11/2026, 18:03 - Ola: Hi"), true);
  equal(isChatText("\u200e[23.11.2026, 18:03:59] Ola: Cześć"), true);
  equal(isChatText("11/23/26, 6:03\u202fPM - Ola: Hi"), true);
  equal(isChatText("2026-11-23, 18:03 - Ola: Hi"), true);
  equal(isChatText("# Diary\n\nOn 23/11/2026, at 18:03 - Ola: she came."), false);
});

test("a chat is split by days, a message of several lines is one", () => {
  const chat = "[23.11.2026, 18:03:59] Ola: Cześć\ndrugi wiersz\n[24.11.2026, 7:00:00] Jan: Hej: co słychać?";
  deepEqual(splitChatText(chat), [
    { context: "Chat of 23.11.2026", text: "Ola: Cześć\ndrugi wiersz" },
    { context: "Chat of 24.11.2026", text: "Jan: Hej: co słychać?" },
  ]);
});
