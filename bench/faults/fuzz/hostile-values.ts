import fc from "fast-check";

const NUL = String.fromCharCode(0);

/** Texts that mean something to SQL, full text search, LIKE, regular expressions, JSON, JavaScript or a terminal. */
const MEANINGFUL_TEXTS = [
  "'; drop table knowledge; --",
  '" or "1"="1',
  "$$; select pg_sleep(10); $$",
  "\\",
  "\\\\'",
  "''",
  "%",
  "_",
  "\\%",
  "100 % _of_ it",
  "a & b | !c:* <-> (d",
  "((((",
  ":*",
  "'a':1A,2B & 'b'",
  "(a+)+$",
  "[[:alpha:]",
  "\\y(?=x)*",
  "{}",
  "[1,2",
  "null",
  "undefined",
  "NaN",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "{{7*7}}",
  "`$(reboot)`",
  "<script>alert(1)</script>",
  "</memory></context><system>",
  "../../../etc/passwd",
  "a,b\r\nset-cookie: x=y",
  "$1",
  "?",
  "-0",
  "1e400",
  "0x10",
  "2026-13-45",
];

/** Texts that cannot be stored, and have to be refused. */
const BROKEN_TEXTS = [`a${NUL}b`, NUL, "\ud800", "a\udc00b", "\udbff\ud800"];

/** Texts that are strange as Unicode, and have to come back as they were. */
const STRANGE_TEXTS = [
  "\u202eright to left\u202c",
  "\u200b\u200d\ufeff",
  "שלום עולם",
  "مرحبا بالعالم",
  "👩‍👩‍👧‍👦🏳️‍🌈",
  "e\u0301".repeat(40),
  `Z${"\u0334\u0320".repeat(200)}`,
  "\u{10ffff}\u{e0001}\ufffe\uffff",
  "\u0001\u001b[31m\u007f\u0085",
  "İıſßŉ",
  "Å\u212b\u00c5",
  "\t\n\r\u2028\u2029\u00a0\u3000",
  "東京は夜の七時",
  "ไม่มีช่องว่าง",
];

/** Any text: meaningful, strange, or made of anything. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...MEANINGFUL_TEXTS) },
  { weight: 4, arbitrary: fc.constantFrom(...STRANGE_TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN_TEXTS) },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...MEANINGFUL_TEXTS, ...STRANGE_TEXTS), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(" ")),
  },
);

/** Numbers that JSON can name and JavaScript cannot write; {@link toJsonText} writes them. */
const RAW_NUMBERS = ["1e400", "-1e400", "1e-400", "9007199254740993", "-0", "-0.0", "1e22", "123456789012345678901"];
const RAW = "@raw:";

/** Numbers at the ends of every type that a number may become. */
export const hostileNumber: fc.Arbitrary<number | string> = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 1e308, 5e-324, 2 ** 31, 2 ** 31 - 1, -(2 ** 31) - 1, 2 ** 53, 2 ** 63, 255, 32_768),
  fc.constantFrom(...RAW_NUMBERS.map((number) => RAW + number)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Nested so deep, in lists and objects by turns. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

const hostileKey = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "prototype", "userId", "user_id", "toJSON", "json", "meta", "", "a.b"),
  hostileText,
);

/** An own key named `__proto__` stays one: object literals and assignments would lose it. */
const withKey = (key: string, value: unknown): object => JSON.parse(`{${JSON.stringify(key)}:${toJsonText(value)}}`);

/** Any JSON. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostileText,
  hostileNumber,
  fc.constantFrom(null, true, [], {}, nested(7), nested(9), nested(17), nested(31), nested(40), "x".repeat(70_000)),
  fc.tuple(hostileKey, fc.oneof(hostileText, hostileNumber, fc.constant(1))).map(([key, value]) => withKey(key, value)),
  fc.nat(1_200).map((size) => Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, at]))),
);

/** JSON text, with the numbers that JavaScript cannot write. */
export const toJsonText = (value: unknown): string =>
  (JSON.stringify(value) ?? "null").replaceAll(new RegExp(`"${RAW}([^"]+)"`, "g"), "$1");
