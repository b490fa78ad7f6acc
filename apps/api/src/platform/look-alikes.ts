/** Letters of other scripts, small capitals and symbols that look like Latin letters, each before the one it looks like. */
const PAIRS =
  "аaеeоoрpсcуyхxіiјjѕsԁdһhӏlвbкkмmнhтtгrпnαaοoεeιiκkνvρpτtυuχxμmηnſsıiłlɩiɑaɡgօoսuոnʏyꜱsᴀaʙbᴄcᴅdᴇeɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrᴛtᴜuᴠvᴡwᴢz";

/** What a lower-case letter looks like, by letter. A small table: what names of speakers and orders are written with. */
export const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  (PAIRS.match(/../gu) ?? []).map((pair) => [pair[0] ?? "", pair[1] ?? ""]),
);

/** The colon and what looks like it, each one unit long; for a class of a pattern. The Indian visarga is part of syllables. */
export const COLONS =
  ":\uFF1A\uFE55\uFE13\uFE30\uA789\u2236\u02D0\u02F8\u0589\u05C3\u205A\u0703\u0704\u1365\u1366\u16EC\u1803\u1809\u2982\uA4FD";
