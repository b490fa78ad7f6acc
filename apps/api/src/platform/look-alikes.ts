/** Letters of other scripts, small capitals and symbols that look like Latin letters, each before the one it looks like. */
const PAIRS =
  "аaеeоoрpсcуyхxіiјjѕsԁdһhӏlвbкkмmнhтtгrпnαaοoεeιiκkνvρpτtυuχxμmηnſsıiłlɩiɑaɡgօoսuոnʏyꜱsᴀaʙbᴄcᴅdᴇeɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrᴛtᴜuᴠvᴡwᴢz";

/** What a lower-case letter looks like, by letter. A small table: what names of speakers and orders are written with. */
export const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  (PAIRS.match(/../gu) ?? []).map((pair) => [pair[0] ?? "", pair[1] ?? ""]),
);
