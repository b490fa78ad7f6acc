import fc from "fast-check";
import { expect, test } from "vitest";
import { replacePhoneNumbers } from "./phone-numbers.ts";

const redact = (text: string) => replacePhoneNumbers(text, "[phone]");

test.each([
  "601 234 567",
  "601-234-567",
  "601.234.567",
  "601\u00a0234\u00a0567",
  "601234567",
  "48 601 234 567",
  "+48 601 234 567",
  "＋48601234567",
  "+48 (22) 123-45-67",
  "0048 601 234 567",
  "22 123 45 67",
  "(22) 123 45 67",
  "(0-22) 123 45 67",
  "22 1234567",
  "(415) 555-2671",
  "(555) 123-4567",
  "415-555-2671",
  "415.555.2671",
  "1-800-555-0199",
  "+1 415 555 2671",
  "+1 (415) 555‑2671",
  "4155552671",
  "+44 20 7946 0958",
  "+49 (0)30 901820",
])("%s is a telephone number wherever it stands", (number) => {
  expect(redact(number)).toBe("[phone]");
  expect(redact(`zadzwoń: ${number}, proszę`)).toBe("zadzwoń: [phone], proszę");
  expect(redact(`(${number}).`)).toBe("([phone]).");
  expect(redact(`tel.${number}; ${number}`)).toBe("tel.[phone]; [phone]");
});

test("of several numbers in a row none is left in part", () => {
  expect(redact("601 234 567, 602 345 678")).toBe("[phone], [phone]");
  expect(redact("601 234 567 602 345 678")).toBe("[phone] [phone]");
  expect(redact("+48 601 234 567 602 345 678")).toBe("[phone] [phone]");
  expect(redact("+1 415 555 2671 415 555 2672")).toBe("[phone] [phone]");
});

test.each([
  "21.5 °C",
  "-5°C, 21°C-22°C, 45%",
  "2026-11-23 12:30:00",
  "2026-11-23T12:30:00.000+01:00",
  "23.11.2026",
  "11/23/2026 12:30",
  "12:30-13:45",
  "1732358400",
  "1732358400000",
  "192.168.100.200:8080",
  "1 234 567,89 zł",
  "00-950 Warszawa",
  "PL61109010140000071219812874",
  "550e8400-e29b-41d4-a716-446655440000",
  "4111 1111 1111 1111",
  "978-3-16-148410-0",
  "52.2297, 21.0122",
  "+48.8583, +2.2945",
  "version 1.22.333.4444",
  "channel 7, volume 11, 2 x 60 W",
])("%s stays", (text) => {
  expect(redact(text)).toBe(text);
});

test("a text without seven digits is never changed, and replacing again changes nothing", () => {
  const Text = fc.string({ unit: fc.constantFrom(..."0123456789+-. ():/,a\u00a0") });
  fc.assert(
    fc.property(Text, (text) => {
      const redacted = redact(text);
      if ((text.match(/\d/g) ?? []).length < 7) expect(redacted).toBe(text);
      expect(redact(redacted)).toBe(redacted);
    }),
  );
});
